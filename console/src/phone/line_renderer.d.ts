declare module '*/line_renderer.js' {
  interface Hooks {
    onAction?: (action: Record<string, unknown>, origin: HTMLElement) => void;
    imageUrl?: (url: string) => string | null;
  }
  export function renderMessages(messages: Record<string, unknown>[], hooks?: Hooks): DocumentFragment;
  export function renderMessage(message: Record<string, unknown>, hooks?: Hooks): HTMLElement;
  export function renderQuickReplies(message: Record<string, unknown>, hooks?: Hooks): HTMLElement | null;
  export function plainText(message: Record<string, unknown>): string;
}
