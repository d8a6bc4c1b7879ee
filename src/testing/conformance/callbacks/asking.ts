import type { AnswerInstead, Invocation } from '../../../host-process/reference-host.js';
import type { Finding } from '../../../model/finding.js';
import type { SampleCall } from '../../../model/profile.js';
import type { ServiceScript } from '../../../model/script.js';
import type { CallContext, ServiceReply } from '../../../model/session.js';
import { parseExact } from '../../../support/exact-json.js';
import { runTrial, type Subject, type Trial, type TrialOptions } from '../../subject.js';
import { policyOf } from '../policy.js';
import { fault } from '../probe-test.js';
import type { TestOutcome } from '../types.js';

/** Why a test that needs requests of the plugin says nothing. */
export const ASKS_NOTHING = 'the plugin asks its host for nothing in its sample calls';

/** A request of the plugin. */
export interface Ask {
  readonly method: string;
  readonly request: Uint8Array;
  readonly context: CallContext;
  /** Calls of the plugin that cpex has made and that have not come back. */
  readonly inFlight: number;
  /** What the services of the host answer. */
  readonly usual: () => Promise<ServiceReply>;
}

/** Something that may make the plugin ask its host. */
export interface Occasion {
  /** Method of the call. */
  readonly method: string;
  readonly request: unknown;
  /** Methods of the host that the plugin asked for when it came up, in order. */
  readonly asked: readonly string[];
}

/** A registered plugin whose requests are answered as the test wants. */
export interface AskTrial extends Trial {
  /** The sample calls, and those of them that made the plugin ask. */
  readonly samples: readonly SampleCall[];
  readonly occasions: readonly Occasion[];
  /** Methods of the host that it asked for before `plugin.register` was under way, and at all. */
  readonly early: readonly string[];
  readonly asks: () => readonly string[];
  /** What the services answered last, by method of the host. */
  readonly usual: ReadonlyMap<string, ServiceReply>;
  /** From now on requests are answered so; as usual when absent. `what` says how, for findings: "host.log with …". */
  answerWith(answer?: (ask: Ask) => Promise<ServiceReply>): void;
  /** Makes a call, and judges what comes back: an envelope, whatever the host had said. */
  make(occasion: Pick<Occasion, 'method' | 'request'>, about: string, unread?: boolean): Promise<void>;
  /** Findings so far; a test may add its own. */
  readonly findings: Finding[];
}

/** Answers for what plugins fetch in their sample calls. */
const SCRIPT: ServiceScript = {
  http: [{ url: '*', status: 200, body: '{}' }],
  model: [{ status: 200, body: '{}' }],
};

/**
 * Registers a plugin, makes its sample calls once with the usual answers to see which of them make it ask its host, and
 * hands over to `use`. A plugin that never asks is skipped by name.
 */
export async function askingTest(
  id: string,
  subject: Subject,
  options: TrialOptions,
  use: (trial: AskTrial) => Promise<void>,
): Promise<TestOutcome> {
  const asking = new Asking(id, subject);
  const { ending, trial } = await runTrial(
    subject,
    { script: SCRIPT, ...options, answer: asking.answer },
    async (opened) => {
      const ready = await asking.prepare(opened);
      if (ready !== undefined && asking.all.length > 0) await use(ready);
      await asking.answered();
    },
  );
  const breaches = (trial?.breaches ?? []).filter(({ test }) => test === id).map(({ message }) => fault(id, message));
  const death = ending.kind === 'clean' || asking.about === '' ? [] : [fault(id, `It happened ${asking.about}.`)];
  return {
    findings: [...asking.findings, ...new Map(breaches.map((one) => [one.message, one])).values(), ...death],
    ending,
    ...(asking.all.length === 0 ? { unproven: ASKS_NOTHING } : {}),
  };
}

class Asking {
  readonly findings: Finding[] = [];
  /** Methods of the host that were asked for. */
  readonly all: string[] = [];
  /** What was going on last, in words that follow "It happened". */
  about = '';
  /** Methods of the host that were asked for before `plugin.register` was under way. */
  readonly early: string[] = [];
  private registering = false;
  private inFlight = 0;
  private asked: string[] = [];
  private readonly usual = new Map<string, ServiceReply>();
  private instead: ((ask: Ask) => Promise<ServiceReply>) | undefined;
  private readonly answering = new Set<Promise<ServiceReply>>();

  constructor(
    private readonly id: string,
    private readonly subject: Subject,
  ) {}

  readonly answer: AnswerInstead = async (method, request, context, usual) => {
    this.all.push(method);
    this.asked.push(method);
    if (!this.registering) this.early.push(method);
    if (this.instead === undefined) {
      const reply = await usual();
      this.usual.set(method, reply);
      return reply;
    }
    const reply = this.instead({ method, request, context, usual, inFlight: this.inFlight });
    this.answering.add(reply);
    try {
      return await reply;
    } finally {
      this.answering.delete(reply);
    }
  };

  /** Waits for the answers that are being made: threads of the plugin may ask beside its calls, and answers make calls. */
  async answered(): Promise<void> {
    await Promise.allSettled(this.answering);
  }

  /** Undefined for a plugin that does not register. */
  async prepare(opened: Trial): Promise<AskTrial | undefined> {
    const { config, profile } = this.subject;
    this.registering = true;
    const { registration } = await opened.plugin.register(config);
    // register.ok, on which these tests depend, has seen a usable registration.
    if (registration === undefined) return undefined;
    const samples = profile.protocol.sampleCalls(registration);
    const occasions: Occasion[] = [];
    if (this.asked.length > 0) {
      const { method, body } = profile.protocol.registration({ config, again: true });
      occasions.push({ method, request: parseExact(Buffer.from(body).toString()), asked: this.asked });
    }
    for (const { method, request } of samples) {
      this.asked = [];
      await this.make(opened, { method, request }, '');
      if (this.asked.length > 0) occasions.push({ method, request, asked: this.asked });
    }
    return {
      ...opened,
      samples,
      occasions,
      early: this.early,
      asks: () => this.all,
      usual: this.usual,
      findings: this.findings,
      answerWith: (answer) => {
        this.instead = answer;
      },
      make: (occasion, about, unread) => this.make(opened, occasion, about, unread),
    };
  }

  private async make(
    { plugin }: Trial,
    { method, request }: Pick<Occasion, 'method' | 'request'>,
    about: string,
    unread = false,
  ): Promise<void> {
    this.about = about === '' ? '' : `during ${method}, ${about}`;
    this.inFlight++;
    try {
      this.judge(method, await plugin.invoke(method, request, unread ? { unread } : {}), about);
    } finally {
      this.inFlight--;
    }
    this.about = '';
  }

  private judge(method: string, { envelope }: Invocation, about: string): void {
    const found = brokenEnvelope(this.id, this.subject, method, envelope, about);
    if (found !== undefined && !this.findings.some(({ message }) => message === found.message))
      this.findings.push(found);
  }
}

/** A finding for an answer that is no envelope, or not one that the ABI allows, after the host had done something. */
export function brokenEnvelope(
  id: string,
  { profile }: Subject,
  method: string,
  { ok, findings }: Invocation['envelope'],
  about: string,
): Finding | undefined {
  const broken = findings.find(({ severity }) => severity === 'fail');
  if (ok !== undefined && (broken === undefined || policyOf(profile.name).hostile === 'lenient')) return undefined;
  // What it answers to a host that is well is judged by the tests of envelopes.
  if (about === '') return undefined;
  return fault(id, `${method} does not answer with an envelope that the host can read ${about}.`, [
    ...(broken === undefined ? [] : [broken.message, ...(broken.evidence ?? [])]),
  ]);
}
