package main

import (
	"regexp"
	"strings"
	"testing"
)

func redacted(text string) (string, map[string]int) {
	r := (&settings{}).redactor()
	return r.redact(text), r.found
}

func TestRedactsWhatItIsToFind(t *testing.T) {
	for text, want := range map[string]string{
		"":                                 "",
		"ada@example.org":                  "[EMAIL]",
		"<a.b+c@x-1.example.co.uk>":        "<[EMAIL]>",
		"a@b, @x.org, a@b.c, a@.org, a@@b": "a@b, @x.org, a@b.c, a@.org, a@@b",
		"a@b.org.1 a@b.org-x":              "[EMAIL].1 [EMAIL]-x",
		"123-45-6789":                      "[SSN]",
		"1123-45-6789 123-45-67890":        "1123-45-6789 123-45-67890",
		"4111 1111 1111 1111":              "[CARD]",
		"4111-1111-1111-1112":              "4111-1111-1111-1112",
		"4111  1111 1111 1111":             "4111  1111 1111 1111",
		"4222222222222":                    "[CARD]",
		"94222222222222":                   "94222222222222",
		"+44 20.7946-0958.":                "[PHONE].",
		"5+4412345678 ++4412345678":        "5+4412345678 +[PHONE]",
		"+12345678 90123456":               "[PHONE] 90123456",
		"123-45-6789@example.org":          "[EMAIL]",
		"4111 1111 1111 1111x@y.org":       "[CARD][EMAIL]",
		"日本ada@example.org語":               "日本[EMAIL]語",
	} {
		if got, _ := redacted(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestCountsByKind(t *testing.T) {
	_, found := redacted("a@b.org c@d.org 123-45-6789")
	if len(found) != 2 || found["email"] != 2 || found["ssn"] != 1 {
		t.Errorf("found %v", found)
	}
}

// Long texts that look like the beginning of a find take no more than their
// length: with every place tried to the end, this test would take hours.
func TestTakesNoLongerThanTheTextIsLong(t *testing.T) {
	const size = 4 << 20
	for _, part := range []string{"a", "a@", "a.", "1", "1 ", "+1", "123-45-6789x"} {
		redacted(strings.Repeat(part, size/len(part)))
	}
}

var email = regexp.MustCompile(`[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}`)

func FuzzRedact(f *testing.F) {
	email.Longest()
	f.Add("ada@example.org 123-45-6789 +4412345678 4111 1111 1111 1111")
	f.Add("a@b.c.dd1.ee-f@g.hh")
	f.Fuzz(func(t *testing.T, text string) {
		kinds := []string{"email"}
		only := (&settings{Kinds: &kinds}).redactor()
		if got, want := only.redact(text), email.ReplaceAllLiteralString(text, "[EMAIL]"); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
		if got, found := redacted(text); len(found) == 0 && got != text {
			t.Errorf("%q became %q without a find", text, got)
		}
	})
}
