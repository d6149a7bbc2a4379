import { LoaderCircle } from 'lucide-react';

/** `label` is '' if the text beside it is enough. */
export function Spinner({ label }: { readonly label: string }) {
  return (
    <span role={label === '' ? undefined : 'status'} className="inline-flex text-current">
      <LoaderCircle size={18} className="animate-spin" aria-hidden />
      {label !== '' && <span className="sr-only">{label}</span>}
    </span>
  );
}
