// SPDX-License-Identifier: GPL-2.0

//! What the package manager prints, as data.
//!
//! Its programs have no output for machines; these lines are the same in Debian 12 and 13.

/// A package file, as the lists describe it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct File {
    pub uri: String,
    pub name: String,
    pub size: u64,
    pub sha256: String,
}

/// Versions from `apt-cache madison`, in its order, which is newest first.
pub(super) fn parse_madison(text: &str, package: &str) -> Vec<String> {
    let mut versions = Vec::new();
    for line in text.lines() {
        let mut columns = line.split('|').map(str::trim);
        let (Some(name), Some(version), Some(origin)) =
            (columns.next(), columns.next(), columns.next())
        else {
            continue;
        };
        if name == package
            && origin.ends_with("Packages")
            && !versions.iter().any(|known| known == version)
        {
            versions.push(version.to_owned());
        }
    }
    versions
}

/// A line of `apt-get --print-uris`: `'URI' NAME SIZE SHA256:HASH`.
pub(super) fn parse_uri(line: &str) -> Option<File> {
    let mut words = line.split(' ');
    let uri = words.next()?.strip_prefix('\'')?.strip_suffix('\'')?;
    let name = words.next()?;
    if !name.ends_with(".deb") {
        return None;
    }
    Some(File {
        uri: uri.to_owned(),
        name: name.to_owned(),
        size: words.next()?.parse().ok()?,
        sha256: words.next()?.strip_prefix("SHA256:")?.to_owned(),
    })
}

/// The package in `1 http://mirror.example/debian/pool/main/m/make_4.4_amd64.deb [12 kB]`.
pub(super) fn parse_get(line: &str) -> Option<&str> {
    let file = line.split(' ').nth(1)?.rsplit('/').next()?;
    file.split('_').next()
}

/// The bytes in `Fetched 10.2 MB in 1s (12.1 MB/s)`.
pub(super) fn parse_fetched(line: &str) -> Option<u64> {
    let mut words = line.strip_prefix("Fetched ")?.split(' ');
    let number: f64 = words.next()?.replace(',', "").parse().ok()?;
    let factor = match words.next()? {
        "B" => 1.0,
        "kB" => 1e3,
        "MB" => 1e6,
        "GB" => 1e9,
        _ => return None,
    };
    Some((number * factor).round() as u64)
}

#[cfg(test)]
mod tests {
    use super::{parse_fetched, parse_get, parse_madison, parse_uri, File};

    #[test]
    fn madison_lists_each_version_once() {
        let text = "\
linux-source-7.3 | 7.3.5-1 | http://mirror.example/debian sid/main amd64 Packages
linux-source-7.3 | 7.3.4-1~bpo13+1 | http://mirror.example/debian trixie-backports/main amd64 Packages
linux-source-7.3 | 7.3.4-1~bpo13+1 | http://mirror.example/debian trixie-backports/main amd64 Packages
     linux | 7.3.5-1 | http://mirror.example/debian sid/main Sources
";
        assert_eq!(
            parse_madison(text, "linux-source-7.3"),
            ["7.3.5-1", "7.3.4-1~bpo13+1"]
        );
        assert!(parse_madison("", "linux-source-7.3").is_empty());
    }

    #[test]
    fn uris_give_files() {
        let line = "'http://mirror.example/debian/pool/main/m/make.deb' make_4.4.1-2_amd64.deb 123 SHA256:aa";
        let file = File {
            uri: "http://mirror.example/debian/pool/main/m/make.deb".into(),
            name: "make_4.4.1-2_amd64.deb".into(),
            size: 123,
            sha256: "aa".into(),
        };
        assert_eq!(parse_uri(line), Some(file));
        assert_eq!(
            parse_get("1 http://mirror.example/pool/make_4.4_amd64.deb [12 kB]"),
            Some("make")
        );
        assert_eq!(parse_uri("Reading package lists..."), None);
        assert_eq!(parse_uri(&line.replace("SHA256", "MD5Sum")), None);
    }

    #[test]
    fn received_bytes_are_read_in_every_unit() {
        for (line, bytes) in [
            ("Fetched 10.2 MB in 1s (12.1 MB/s)", 10_200_000),
            ("Fetched 1,173 kB in 0s (81.6 MB/s)", 1_173_000),
            ("Fetched 512 B in 0s (0 B/s)", 512),
            ("Fetched 1.05 GB in 2min 3s (1,000 B/s)", 1_050_000_000),
        ] {
            assert_eq!(parse_fetched(line), Some(bytes), "{line}");
        }
        assert_eq!(parse_fetched("Get:1 http://mirror.example"), None);
    }
}
