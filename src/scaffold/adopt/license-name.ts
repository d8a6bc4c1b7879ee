import type { Survey } from './survey.js';

/** SPDX names by words that stand in a licence's text, the more telling ones first. */
const LICENSES: readonly (readonly [spdx: string, words: RegExp])[] = [
  ['AGPL-3.0-only', /GNU AFFERO GENERAL PUBLIC LICENSE\s+Version 3/i],
  ['LGPL-3.0-only', /GNU LESSER GENERAL PUBLIC LICENSE\s+Version 3/i],
  ['LGPL-2.1-only', /GNU LESSER GENERAL PUBLIC LICENSE\s+Version 2\.1/i],
  ['GPL-3.0-only', /GNU GENERAL PUBLIC LICENSE\s+Version 3/i],
  ['GPL-2.0-only', /GNU GENERAL PUBLIC LICENSE\s+Version 2/i],
  ['MPL-2.0', /Mozilla Public License,?\s+v(ersion|\.) ?2\.0/i],
  ['Apache-2.0', /Apache License\s+Version 2\.0/i],
  ['BSL-1.0', /Boost Software License - Version 1\.0/i],
  ['Unlicense', /This is free and unencumbered software released into the public domain/i],
  ['MIT', /Permission is hereby granted, free of charge, to any person obtaining a copy/i],
  [
    '0BSD',
    /Permission to use, copy, modify, and\/or distribute this software for any purpose with or without fee is hereby granted\.\s+THE SOFTWARE/i,
  ],
  [
    'ISC',
    /Permission to use, copy, modify, and(\/or)? distribute this software for any purpose with or without fee is hereby granted/i,
  ],
  ['BSD-3-Clause', /Redistribution and use in source and binary forms[\s\S]*Neither the name/i],
  ['BSD-2-Clause', /Redistribution and use in source and binary forms/i],
];

/** The licence of the files LICENSE and COPYING at the root; undefined where none says a known one. */
export async function licenseName(survey: Survey): Promise<{ spdx: string; file: string } | undefined> {
  for (const file of survey.files.filter((name) => /^(LICEN[CS]E|COPYING)/.test(name))) {
    const text = (await survey.text(file)).replaceAll(/\s+/g, ' ');
    const found = LICENSES.find(([, words]) => words.test(text));
    if (found !== undefined) return { spdx: found[0], file };
  }
  return undefined;
}
