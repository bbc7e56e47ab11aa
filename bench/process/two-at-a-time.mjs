/** For processes that boot side by side, and answer nobody yet: no more of them at once than most machines have processors for. */
export async function twoAtATime(items, start) {
  const waiting = [...items];
  const startSome = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await start(item);
  };
  await Promise.all([startSome(), startSome()]);
}
