const en = {
  'ui.retry': 'Try again',
  'ui.close': 'Close',
  'ui.skip': 'Skip to content',
  'ui.cancel': 'Cancel',
  'ui.connecting': 'Connecting…',
  'ui.loadFailed': 'A part of the app could not be loaded. Trying again.',
  'ui.retryIn': 'No connection. Trying again in {{seconds}} s.',
  'ui.retryNow': 'Try now',
  'ui.choosePicture': 'Choose picture',
  'ui.removePicture': 'Remove picture',
  'ui.pictureHint': 'PNG, JPEG, WebP or GIF, up to 5 MB.',
  'ui.pictureTooLarge': 'The picture is larger than 5 MB.',
  'ui.emojiFaces': 'Faces',
  'ui.emojiHands': 'Hands',
  'ui.emojiHearts': 'Hearts and parties',
  'ui.emojiThings': 'Things',
} as const;

const zh: Readonly<Record<keyof typeof en, string>> = {
  'ui.retry': '重试',
  'ui.close': '关闭',
  'ui.skip': '跳到正文',
  'ui.cancel': '取消',
  'ui.connecting': '正在连接…',
  'ui.loadFailed': '部分内容加载失败，正在重试。',
  'ui.retryIn': '网络已断开，{{seconds}} 秒后重试。',
  'ui.retryNow': '立即重试',
  'ui.choosePicture': '选择图片',
  'ui.removePicture': '移除图片',
  'ui.pictureHint': 'PNG、JPEG、WebP 或 GIF，不超过 5 MB。',
  'ui.pictureTooLarge': '图片超过 5 MB。',
  'ui.emojiFaces': '表情',
  'ui.emojiHands': '手势',
  'ui.emojiHearts': '爱心与庆祝',
  'ui.emojiThings': '物品',
};

export const uiLocale = { en, zh } as const;
