//! Which credential a request is pinned to.

/// The identifier of the first candidate in the request, as it stands in the JSON text.
pub fn first_candidate(request: &str) -> Option<&str> {
    let (_, list) = request.split_once("\"Candidates\":[")?;
    let (_, id) = list.split_once("\"ID\":\"")?;
    // As it stands in the JSON, escapes and all: it goes into JSON again.
    let mut escaped = false;
    let end = id.find(|letter| {
        let ends = letter == '"' && !escaped;
        escaped = letter == '\\' && !escaped;
        ends
    })?;
    Some(&id[..end])
}

#[cfg(test)]
mod tests {
    #[test]
    fn takes_the_first() {
        let request = r#"{"Candidates":[{"ID":"a"},{"ID":"b"}]}"#;
        assert_eq!(super::first_candidate(request), Some("a"));
        assert_eq!(super::first_candidate(r#"{"Candidates":[{"ID":"a\"b\\"}]}"#), Some(r#"a\"b\\"#));
        assert_eq!(super::first_candidate(r#"{"Candidates":null}"#), None);
    }
}
