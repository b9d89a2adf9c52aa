/** Gives the person a file that this page has made or was sent. */
export function download(fileName: string, content: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = fileName;
  link.click();
  // The browser has taken it over once the click is through.
  setTimeout(() => URL.revokeObjectURL(link.href));
}
