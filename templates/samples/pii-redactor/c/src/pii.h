/* Finds personal data in texts. Knows nothing of plugins. */
#ifndef PII_H
#define PII_H

#include <stdbool.h>
#include <stddef.h>

typedef enum pii_kind { PII_EMAIL, PII_SSN, PII_CARD, PII_PHONE, PII_KINDS } pii_kind;

/* "email", "ssn", "card", "phone". */
extern const char *const pii_names[PII_KINDS];

/* What was found, and where in its text. */
typedef struct pii_find {
  pii_kind kind;
  size_t start;
  size_t length;
} pii_find;

/* How far a text was looked through. Begin with the text and its length, and zeros. */
typedef struct pii_scan {
  const char *text;
  size_t length;
  size_t at;
  /* Before this place no address begins: one was looked for already. Keeps long texts from taking long. */
  size_t no_email_before;
} pii_scan;

/*
 * The next find: the leftmost one, there the first of the kinds, of that the longest. False when there is none of the
 * wanted kinds any more.
 */
bool pii_next(pii_scan *scan, const bool wanted[PII_KINDS], pii_find *find);

#endif
