// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! "Did you mean": the nearest of the words that would have been right.

/// The end of a message about an unknown word: the nearest one, or all of them.
pub(crate) fn suggest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let nearest = known.iter().min_by_key(|other| distance(word, other));
    match nearest {
        Some(other) if distance(word, other) <= 1 + word.len() / 4 => {
            format!("did you mean `{other}`?")
        }
        Some(_) => format!("expected one of `{}`", known.join("`, `")),
        None => "there are none".to_owned(),
    }
}

/// Number of letters to insert, remove or replace.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replace = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replace.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_found() {
        assert_eq!(
            suggest("rx_hsah", ["rx_hash", "rx_csum"]),
            "did you mean `rx_hash`?"
        );
        assert_eq!(
            suggest("mtu", ["rx_hash", "rx_csum"]),
            "expected one of `rx_hash`, `rx_csum`"
        );
    }
}
