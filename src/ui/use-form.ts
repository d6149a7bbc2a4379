import { type ChangeEvent, type FormEvent, type RefObject, useEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { useTranslation } from 'react-i18next';
import type { BanyanError } from '../../client/errors.ts';
import type { Check } from './form-check.ts';
import {
  type FormFailure,
  failureOf,
  failureOfRules,
  fieldText,
  NO_FAILURE,
  waitOf,
  wholeText,
  withoutField,
} from './form-failure.ts';

type Spec<Values, Input> = {
  /** Its names are those of the operation's input: so errors find their field. */
  readonly initial: Values;
  /** What is checked and sent. */
  readonly input: (values: Values) => Input;
  readonly check?: Check;
  readonly send: (input: Input) => Promise<unknown>;
  /** The form's own text for an error, which then belongs to the whole form. */
  readonly explain?: (error: BanyanError) => string | undefined;
  /** Fields by which attempts are counted: another value there ends a wait. */
  readonly countedBy?: readonly (keyof Values)[];
};

type TextName<Values> = { [Name in keyof Values]: Values[Name] extends string ? Name : never }[keyof Values] & string;

export type Form<Values> = {
  readonly values: Values;
  readonly set: <Name extends keyof Values & string>(name: Name, value: Values[Name]) => void;
  /** Forgets what was filled in. */
  readonly reset: () => void;
  /** Props of a `TextField`. */
  readonly field: (name: TextName<Values>) => {
    readonly name: string;
    readonly value: string;
    readonly onChange: (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => void;
    readonly error: string | undefined;
  };
  /** The error of a field, or of a dotted path within it. */
  readonly error: (path: string) => string | undefined;
  /** The error of the whole form. */
  readonly problem: string | undefined;
  readonly busy: boolean;
  /** Too many attempts: the next one makes sense only later. */
  readonly isWaiting: boolean;
  /** As Enter does. */
  readonly submit: () => void;
  /** Of the `form` element. */
  readonly props: {
    readonly ref: RefObject<HTMLFormElement | null>;
    readonly noValidate: true;
    readonly onFocus: () => void;
    readonly onSubmit: (event: FormEvent) => void;
  };
};

/**
 * The state of a form: its values and errors. Submits once at a time, after the contract's check has passed; the values
 * stay on failure, and the first invalid field gets the focus.
 */
export function useForm<Values extends object, Input>(spec: Spec<Values, Input>): Form<Values> {
  const { t } = useTranslation();
  const { check, explain, countedBy = [] } = spec;
  const [values, setValues] = useState(spec.initial);
  const [failure, setFailure] = useState(NO_FAILURE);
  const [busy, setBusy] = useState(false);
  const [seconds, setSeconds] = useCountdown();
  const isSending = useRef(false);
  const ref = useRef<HTMLFormElement>(null);

  const run = async () => {
    const input = spec.input(values);
    const failed = await attempt(input, spec, (name) => Object.hasOwn(values, name));
    isSending.current = false;
    // The error must be rendered before its field can be focused.
    flushSync(() => {
      setBusy(false);
      setFailure(failed);
      setSeconds(waitOf(failed));
    });
    focusFirstWrong(ref.current);
  };
  const submit = () => {
    if (isSending.current || seconds > 0) return;
    isSending.current = true;
    setBusy(true);
    setFailure(NO_FAILURE);
    void run();
  };
  const set: Form<Values>['set'] = (name, value) => {
    const endsWait = countedBy.includes(name);
    setValues((known) => ({ ...known, [name]: value }));
    setFailure((known) => withoutField(known, name, endsWait));
    if (endsWait) setSeconds(0);
  };
  const error = (path: string) => fieldText(failure, path, t);
  return {
    ...{ values, set, error, busy, submit, isWaiting: seconds > 0 },
    problem: (failure.whole && explain?.(failure.whole)) ?? wholeText(failure, seconds, t),
    field: (name) => ({
      name,
      value: values[name] as string,
      onChange: ({ target }) => set(name, target.value as Values[typeof name]),
      error: error(name),
    }),
    reset: () => {
      setValues(spec.initial);
      setFailure(NO_FAILURE);
    },
    props: {
      ref,
      // The contract's rules are the only ones, and violations are shown in the app's own words.
      noValidate: true,
      onFocus: () => check?.preload(),
      onSubmit: (event) => {
        event.preventDefault();
        // A form in a dialog is no part of the form that the dialog was opened from, though React thinks so.
        event.stopPropagation();
        submit();
      },
    },
  };
}

async function attempt<Values, Input>(
  input: Input,
  { check, send, explain }: Spec<Values, Input>,
  isShown: (name: string) => boolean,
): Promise<FormFailure> {
  const rules = await check?.(input);
  if (rules !== undefined && rules.size > 0) return failureOfRules(rules, isShown);
  try {
    await send(input);
    return NO_FAILURE;
  } catch (error) {
    const failure = failureOf(error, isShown);
    const [first] = failure.fields.values();
    return first !== undefined && explain?.(first) !== undefined ? { ...NO_FAILURE, whole: first } : failure;
  }
}

function focusFirstWrong(form: HTMLFormElement | null): void {
  form?.querySelector<HTMLElement>('[aria-invalid=true], [data-invalid] :is(input, button)')?.focus();
}

/** Seconds that go by. */
function useCountdown() {
  const [seconds, setSeconds] = useState(0);
  const isOn = seconds > 0;
  useEffect(() => {
    if (!isOn) return;
    const timer = setInterval(() => setSeconds((left) => Math.max(0, left - 1)), 1_000);
    return () => clearInterval(timer);
  }, [isOn]);
  return [seconds, setSeconds] as const;
}
