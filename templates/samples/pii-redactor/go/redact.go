package main

import "strings"

// kind is a kind of personal data.
type kind struct {
	name string
	// match returns the end of what begins at the place, as much as belongs to
	// it; 0 when nothing does.
	match func(at *place) int
}

// place is a place in a text.
type place struct {
	text string
	at   int
	// nameless is where the next name of an address may begin: each name is
	// looked at once, however long it is.
	nameless int
}

// kinds are tried in this order at each place.
var kinds = []kind{
	{"email", matchEmail},
	{"ssn", matchSSN},
	{"card", matchCard},
	{"phone", matchPhone},
}

func isKind(name string) bool {
	for _, kind := range kinds {
		if kind.name == name {
			return true
		}
	}
	return false
}

func kindNames() string {
	names := make([]string, len(kinds))
	for i, kind := range kinds {
		names[i] = kind.name
	}
	return strings.Join(names, ", ")
}

// redactor redacts texts and counts what it found.
type redactor struct {
	searches []search
	found    map[string]int
}

// search is a kind that is looked for, and what stands in its place.
type search struct {
	kind
	replacement string
}

func (r *redactor) total() int {
	sum := 0
	for _, count := range r.found {
		sum += count
	}
	return sum
}

// redact returns a text with the replacements in place of the finds.
func (r *redactor) redact(text string) string {
	var out strings.Builder
	kept := 0
	for here := (place{text: text}); here.at < len(text); {
		one, end := r.find(&here)
		if end == 0 {
			here.at++
			continue
		}
		r.found[one.name]++
		out.WriteString(text[kept:here.at])
		out.WriteString(one.replacement)
		here.at, kept = end, end
	}
	if kept == 0 {
		return text
	}
	out.WriteString(text[kept:])
	return out.String()
}

// find looks for what begins at a place.
func (r *redactor) find(at *place) (search, int) {
	for _, one := range r.searches {
		if end := one.match(at); end != 0 {
			return one, end
		}
	}
	return search{}, 0
}

// matchEmail finds [A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}.
func matchEmail(p *place) int {
	if p.at < p.nameless {
		return 0
	}
	sign := skip(p.text, p.at, isLocal)
	end := 0
	if sign > p.at && sign < len(p.text) && p.text[sign] == '@' {
		end = domain(p.text, sign+1)
	}
	if end == 0 {
		p.nameless = sign
	}
	return end
}

// domain returns the end of the longest domain that begins at a place.
func domain(text string, at int) int {
	end := 0
	for {
		dot := skip(text, at, isLabel)
		if dot == at || dot == len(text) || text[dot] != '.' {
			return end
		}
		at = dot + 1
		if last := skip(text, at, isLetter); last >= at+2 {
			end = last
		}
	}
}

// matchSSN finds ddd-dd-dddd.
func matchSSN(p *place) int {
	const shape = "ddd-dd-dddd"
	end := p.at + len(shape)
	if end > len(p.text) || besideDigit(p.text, p.at, end) {
		return 0
	}
	for i := range shape {
		if c := p.text[p.at+i]; shape[i] == 'd' && !isDigit(c) || shape[i] == '-' && c != '-' {
			return 0
		}
	}
	return end
}

// matchCard finds 13 to 19 digits, single spaces or dashes between them, the
// last of which is the right check digit.
func matchCard(p *place) int {
	if besideDigit(p.text, p.at, len(p.text)) {
		return 0
	}
	return digits(p.text, p.at, " -", 13, 19, luhn)
}

// matchPhone finds a plus and 8 to 15 digits, single spaces, dashes or dots
// between them.
func matchPhone(p *place) int {
	if p.text[p.at] != '+' || besideDigit(p.text, p.at, len(p.text)) {
		return 0
	}
	return digits(p.text, p.at+1, " -.", 8, 15, func(string) bool { return true })
}

// digits finds the longest run of digits, with at most one separator between
// two of them, that is right and ends beside no further digit.
func digits(text string, at int, separators string, least, most int, right func(found string) bool) int {
	end := 0
	var found []byte
	for i := at; i < len(text) && len(found) < most && isDigit(text[i]); {
		found = append(found, text[i])
		i++
		if len(found) >= least && (i == len(text) || !isDigit(text[i])) && right(string(found)) {
			end = i
		}
		if i+1 < len(text) && strings.IndexByte(separators, text[i]) >= 0 && isDigit(text[i+1]) {
			i++
		}
	}
	return end
}

// luhn tells whether the last digit is the right one for the others.
func luhn(digits string) bool {
	sum := 0
	for i := range digits {
		value := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			value *= 2
		}
		sum += value/10 + value%10
	}
	return sum%10 == 0
}

// besideDigit tells whether a part of a text touches a digit outside of it.
func besideDigit(text string, start, end int) bool {
	return start > 0 && isDigit(text[start-1]) || end < len(text) && isDigit(text[end])
}

// skip returns the end of the run of characters that fit.
func skip(text string, at int, fits func(c byte) bool) int {
	for at < len(text) && fits(text[at]) {
		at++
	}
	return at
}

func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
func isLabel(c byte) bool  { return isLetter(c) || isDigit(c) || c == '-' }
func isLocal(c byte) bool  { return isLabel(c) || strings.IndexByte("._%+", c) >= 0 }
