// Cars of the demo, which come and leave as they like.

/** They leave also from under a form: then the story is told again, with another one. */
export async function withSomeCar(story: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await story();
    } catch (error) {
      if (attempt === 4) throw error;
    }
  }
}

/** Wall time at the demo's site, so long from now, as an input for day and time wants it. */
export const wallTimeAhead = (ms: number): string =>
  new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'Europe/Stockholm',
    dateStyle: 'short',
    timeStyle: 'short',
  })
    .format(Date.now() + ms)
    .replace(' ', 'T');
