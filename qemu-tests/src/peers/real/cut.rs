// SPDX-License-Identifier: GPL-2.0

//! Definitions cut out of a C header, as they stand there.

use anyhow::{Context, Result};

/// The definition of `keyword name`, from the line that starts it to the one with the brace that ends it.
///
/// # Errors
///
/// When the header has none: then the kernel has changed, and the table of types has to.
pub fn definition(header: &str, keyword: &str, name: &str) -> Result<String> {
    let start = format!("{keyword} {name} {{");
    let mut lines = header.lines().skip_while(|line| *line != start);
    let mut text = String::new();
    for line in lines.by_ref() {
        text.push_str(line);
        text.push('\n');
        // What is nested is indented.
        if line.starts_with('}') {
            return Ok(text);
        }
    }
    None.with_context(|| format!("the header has no `{start}`"))
}

/// All macros that stand for an expression of numbers and macros, on one line: lengths of arrays are among them.
pub fn constants(header: &str) -> String {
    let is_constant = |line: &&str| {
        let Some((name, value)) = line
            .strip_prefix("#define ")
            .and_then(|rest| rest.split_once(char::is_whitespace))
        else {
            return false;
        };
        !name.contains('(') && !value.ends_with('\\') && !value.contains("/*")
    };
    let lines = header.lines().filter(is_constant);
    lines.map(|line| format!("{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::{constants, definition};

    const HEADER: &str = "\
#define LEN 4
#define F(x) (x)
#define LONG \\
	5
struct other {
	int a;
};
union a {
	struct {
		int b[LEN];
	} c;
};
";

    #[test]
    fn a_definition_ends_with_its_own_brace() {
        let text = definition(HEADER, "union", "a").unwrap();
        assert_eq!(text, "union a {\n\tstruct {\n\t\tint b[LEN];\n\t} c;\n};\n");
        assert!(definition(HEADER, "struct", "a").is_err());
    }

    #[test]
    fn only_simple_macros_are_constants() {
        assert_eq!(constants(HEADER), "#define LEN 4\n");
    }
}
