#include "pii.h"

#include <string.h>

#define MIN_CARD_DIGITS 13
#define MAX_CARD_DIGITS 19
#define MIN_PHONE_DIGITS 8
#define MAX_PHONE_DIGITS 15

const char *const pii_names[PII_KINDS] = {"email", "ssn", "card", "phone"};

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

static bool is_local(char c) { return is_letter(c) || is_digit(c) || (c != '\0' && strchr("._%+-", c) != NULL); }

static bool is_label(char c) { return is_letter(c) || is_digit(c) || c == '-'; }

static bool digit_at(const pii_scan *scan, size_t at) { return at < scan->length && is_digit(scan->text[at]); }

/* The end of the characters from `at` on that are of one class. */
static size_t run_of(const pii_scan *scan, size_t at, bool (*is)(char c)) {
  while (at < scan->length && is(scan->text[at])) at++;
  return at;
}

/* Length of an address at `at`, or 0: local part, "@", labels with dots between, of which the last has two letters. */
static size_t email_at(pii_scan *scan, size_t at) {
  size_t end = 0;
  if (at < scan->no_email_before) return 0;
  size_t local = run_of(scan, at, is_local);
  if (local == at) return 0;
  scan->no_email_before = local;
  if (local == scan->length || scan->text[local] != '@') return 0;
  size_t label = run_of(scan, local + 1, is_label);
  if (label == local + 1) return 0;
  while (label < scan->length && scan->text[label] == '.') {
    size_t letters = run_of(scan, label + 1, is_letter);
    size_t next = run_of(scan, label + 1, is_label);
    if (letters - label > 2) end = letters;
    if (next == label + 1) break;
    label = next;
  }
  return end == 0 ? 0 : end - at;
}

static size_t ssn_at(pii_scan *scan, size_t at) {
  static const char shape[] = "ddd-dd-dddd";
  size_t length = sizeof shape - 1;
  if (length > scan->length - at) return 0;
  for (size_t i = 0; i < length; i++) {
    char c = scan->text[at + i];
    if (shape[i] == 'd' ? !is_digit(c) : c != shape[i]) return 0;
  }
  return digit_at(scan, at + length) ? 0 : length;
}

/* Digits with single separators between: where each of the first `most` ends. Returns how many there are. */
static size_t digits_at(const pii_scan *scan, size_t at, const char *separators, size_t most, char *digits,
                        size_t *ends) {
  size_t count = 0;
  while (count < most) {
    bool separated =
        count > 0 && at < scan->length && scan->text[at] != '\0' && strchr(separators, scan->text[at]) != NULL;
    if (separated && digit_at(scan, at + 1)) at++;
    if (!digit_at(scan, at)) break;
    digits[count] = scan->text[at++];
    ends[count++] = at;
  }
  return count;
}

/* The last digit of a card number makes a sum of the others a multiple of ten. */
static bool is_luhn(const char *digits, size_t count) {
  int sum = 0;
  for (size_t i = 0; i < count; i++) {
    int digit = digits[count - 1 - i] - '0';
    if (i % 2 == 1) digit *= 2;
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 == 0;
}

static size_t card_at(pii_scan *scan, size_t at) {
  char digits[MAX_CARD_DIGITS];
  size_t ends[MAX_CARD_DIGITS];
  for (size_t count = digits_at(scan, at, " -", MAX_CARD_DIGITS, digits, ends); count >= MIN_CARD_DIGITS; count--) {
    if (!digit_at(scan, ends[count - 1]) && is_luhn(digits, count)) return ends[count - 1] - at;
  }
  return 0;
}

static size_t phone_at(pii_scan *scan, size_t at) {
  char digits[MAX_PHONE_DIGITS];
  size_t ends[MAX_PHONE_DIGITS];
  if (scan->text[at] != '+') return 0;
  for (size_t count = digits_at(scan, at + 1, " -.", MAX_PHONE_DIGITS, digits, ends); count >= MIN_PHONE_DIGITS;
       count--) {
    if (!digit_at(scan, ends[count - 1])) return ends[count - 1] - at;
  }
  return 0;
}

bool pii_next(pii_scan *scan, const bool wanted[PII_KINDS], pii_find *find) {
  static size_t (*const finders[PII_KINDS])(pii_scan * scan, size_t at) = {email_at, ssn_at, card_at, phone_at};
  for (; scan->at < scan->length; scan->at++) {
    bool beside_digit = scan->at > 0 && is_digit(scan->text[scan->at - 1]);
    for (int kind = 0; kind < PII_KINDS; kind++) {
      size_t found = wanted[kind] && (kind == PII_EMAIL || !beside_digit) ? finders[kind](scan, scan->at) : 0;
      if (found == 0) continue;
      *find = (pii_find){(pii_kind)kind, scan->at, found};
      scan->at += found;
      return true;
    }
  }
  return false;
}
