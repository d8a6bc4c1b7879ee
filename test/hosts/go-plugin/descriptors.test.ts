import { expect, it } from 'vitest';
import { decodeMessage } from '../../../src/hosts/go-plugin/proto/decode.js';
import { encodeMessage } from '../../../src/hosts/go-plugin/proto/encode.js';
import { servicesOfDescriptors } from '../../../src/hosts/go-plugin/proto/from-descriptors.js';
import { commonMessages } from '../../../src/hosts/go-plugin/proto/from-root.js';

const METHOD = { name: 'Do', inputType: '.p.M', outputType: '.p.M', serverStreaming: true };
const COMMON = { name: 'p.proto', package: 'p', service: [{ name: 'S', method: [METHOD] }] };
const optional = 'LABEL_OPTIONAL';
const repeated = 'LABEL_REPEATED';

/** What is made of a file with one message that has these fields. */
async function describe(file: object, field: readonly object[], message: object = {}) {
  const own = await commonMessages('google/protobuf/descriptor.proto');
  const type = own.get('google.protobuf.FileDescriptorProto');
  if (type === undefined) throw new Error('no such message');
  const row = { ...COMMON, messageType: [{ name: 'M', field, ...message }], ...file };
  const services = await servicesOfDescriptors([encodeMessage(type, row, own)]);
  const made = services.messages.get('p.M');
  if (made === undefined) throw new Error('no p.M');
  const shown = made.fields.map(({ jsonName, presence, packed, oneof }) =>
    [jsonName, presence, ...(packed ? ['packed'] : []), ...(oneof === undefined ? [] : [`of ${oneof}`])].join(' '),
  );
  return { services, made, shown };
}

it('a file of proto2 has required fields, groups and extensions, and numbers one by one', async () => {
  const { shown, made, services } = await describe(
    { extension: [{ name: 'more', number: 100, label: optional, type: 'TYPE_STRING', extendee: '.p.M' }] },
    [
      { name: 'id', number: 1, label: 'LABEL_REQUIRED', type: 'TYPE_STRING' },
      { name: 'many', number: 2, label: repeated, type: 'TYPE_INT32' },
      { name: 'block', number: 3, label: repeated, type: 'TYPE_INT32', options: { packed: true } },
      { name: 'part', number: 4, label: optional, type: 'TYPE_GROUP', typeName: '.p.M.Part' },
      { name: 'plain', number: 5, label: optional, type: 'TYPE_INT32', jsonName: 'other' },
    ],
    { nestedType: [{ name: 'Part', field: [{ name: 'x', number: 1, label: optional, type: 'TYPE_INT32' }] }] },
  );
  expect(shown).toEqual([
    ...['id required', 'many implicit', 'block implicit packed', 'part explicit', 'other explicit'],
    '[p.more] explicit',
  ]);
  const value = { id: 'a', many: [1, 2], block: [3, 4], part: { x: 5 }, other: 0, '[p.more]': 'm' };
  const bytes = encodeMessage(made, value, services.messages);
  expect(Buffer.from(bytes).toString('hex')).toBe('0a0161100110021a0203042308052428 00a206016d'.replace(' ', ''));
  expect(decodeMessage(made, bytes, services.messages)).toEqual(value);
  expect(() => encodeMessage(made, {}, services.messages)).toThrow('expected the field "id", found none');
  expect(() => decodeMessage(made, new Uint8Array(), services.messages)).toThrow(
    'p.M.id: the field is required and absent',
  );
});

it('a file of an edition has the features that it, its messages and its fields name', async () => {
  const { shown, made } = await describe(
    { syntax: 'editions', edition: 'EDITION_2023', options: { features: { fieldPresence: 'IMPLICIT' } } },
    [
      { name: 'file', number: 1, label: optional, type: 'TYPE_STRING' },
      {
        name: 'own',
        number: 2,
        label: optional,
        type: 'TYPE_STRING',
        options: { features: { fieldPresence: 'EXPLICIT' } },
      },
      {
        name: 'old',
        number: 3,
        label: optional,
        type: 'TYPE_STRING',
        options: { features: { fieldPresence: 'LEGACY_REQUIRED' } },
      },
      {
        name: 'self',
        number: 4,
        label: optional,
        type: 'TYPE_MESSAGE',
        typeName: '.p.M',
        options: { features: { messageEncoding: 'DELIMITED' } },
      },
      { name: 'many', number: 5, label: repeated, type: 'TYPE_SINT64' },
      {
        name: 'one_by_one',
        number: 6,
        label: repeated,
        type: 'TYPE_SINT64',
        options: { features: { repeatedFieldEncoding: 'EXPANDED' } },
      },
    ],
  );
  expect(shown).toEqual([
    ...['file implicit', 'own explicit', 'old required', 'self explicit', 'many implicit packed', 'oneByOne implicit'],
  ]);
  expect(made.byName('self')?.value).toMatchObject({ kind: 'message', delimited: true });
});

it('a file of proto3 has maps, what excludes each other, and fields that are told from zero', async () => {
  const { shown, made, services } = await describe(
    { syntax: 'proto3' },
    [
      { name: 'pairs', number: 1, label: repeated, type: 'TYPE_MESSAGE', typeName: '.p.M.PairsEntry' },
      { name: 'a', number: 2, label: optional, type: 'TYPE_BOOL', oneofIndex: 0 },
      { name: 'b', number: 3, label: optional, type: 'TYPE_ENUM', typeName: '.p.M.E', oneofIndex: 0 },
      { name: 'maybe', number: 4, label: optional, type: 'TYPE_INT32', oneofIndex: 1, proto3Optional: true },
    ],
    {
      oneofDecl: [{ name: 'choice' }, { name: '_maybe' }],
      enumType: [
        {
          name: 'E',
          value: [
            { name: 'ZERO', number: 0 },
            { name: 'ONE', number: 1 },
          ],
        },
      ],
      nestedType: [
        {
          name: 'PairsEntry',
          options: { mapEntry: true },
          field: [
            { name: 'key', number: 1, label: optional, type: 'TYPE_STRING' },
            { name: 'value', number: 2, label: optional, type: 'TYPE_MESSAGE', typeName: '.p.M' },
          ],
        },
      ],
    },
  );
  expect(shown).toEqual(['pairs implicit', 'a explicit of choice', 'b explicit of choice', 'maybe explicit']);
  const value = { pairs: { x: { pairs: {}, a: false } }, b: 'ZERO', maybe: 0 };
  expect(decodeMessage(made, encodeMessage(made, value, services.messages), services.messages)).toEqual(value);
  const method = services.services.get('p.S')?.get('p.S/Do');
  expect(method).toMatchObject({ requestStream: false, answerStream: true });
});

it('what a description lacks is named', async () => {
  const field = { name: 'gone', number: 1, label: optional, type: 'TYPE_MESSAGE', typeName: '.q.Gone' };
  await expect(describe({}, [field])).rejects.toThrow('there is no q.Gone in what it describes');
});
