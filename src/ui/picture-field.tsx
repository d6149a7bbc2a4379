import { type ChangeEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Avatar } from './avatar.tsx';
import { Button } from './button.tsx';

type Props = {
  /** Determines the colour shown without a picture. */
  readonly id: string;
  readonly name: string;
  /** URL of the current picture. */
  readonly picture: string | null;
  readonly size: 64 | 96;
  readonly busy: boolean;
  /** The error of the last change. */
  readonly problem?: string | undefined;
  readonly onChoose: (file: File) => void;
  readonly onRemove: () => void;
};

const LIMIT = 5 * 1024 * 1024;

/** Shows a picture, with buttons to change or remove it. The server checks the content. */
export function PictureField({ id, name, picture, size, busy, problem, onChoose, onRemove }: Props) {
  const { t } = useTranslation();
  const [isTooLarge, setTooLarge] = useState(false);
  const choose = ({ target }: ChangeEvent<HTMLInputElement>) => {
    const [file] = target.files ?? [];
    target.value = '';
    if (file === undefined) return;
    setTooLarge(file.size > LIMIT);
    if (file.size <= LIMIT) onChoose(file);
  };
  const wrong = isTooLarge ? t('ui.pictureTooLarge') : problem;
  return (
    <div className="flex items-center gap-5">
      <Avatar id={id} name={name} picture={picture} size={size} />
      <div className="flex min-w-0 flex-col gap-2">
        <div className="flex flex-wrap gap-2">
          <label className="inline-flex min-h-9 cursor-pointer items-center rounded-lg border border-line px-4 font-medium focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-accent hover:bg-sunken">
            {t('ui.choosePicture')}
            <input
              type="file"
              accept="image/png,image/jpeg,image/webp,image/gif"
              onChange={choose}
              disabled={busy}
              className="sr-only"
            />
          </label>
          {picture !== null && (
            <Button type="button" variant="quiet" busy={busy} onClick={onRemove}>
              {t('ui.removePicture')}
            </Button>
          )}
        </div>
        {wrong === undefined ? (
          <p className="text-sm text-muted">{t('ui.pictureHint')}</p>
        ) : (
          <p role="alert" className="text-sm text-danger">
            {wrong}
          </p>
        )}
      </div>
    </div>
  );
}
