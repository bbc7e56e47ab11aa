/** What the parent gave to `Child.start`. */
export const settings = JSON.parse(process.argv[2] ?? '{}');

/** Tells the parent that this process is ready, and answers its calls from then on; ends with the parent. */
export function serve(functions, ready = {}) {
  process.on('message', ({ id, name, parameters }) => {
    Promise.resolve()
      .then(() => functions[name](parameters))
      .then(
        (result) => process.send({ id, result }),
        (error) => process.send({ id, error: error?.stack ?? String(error) }),
      );
  });
  process.on('disconnect', () => process.exit(0));
  process.send({ id: 'ready', result: ready });
}

/** CPU time of this process so far, all threads, in microseconds. */
export function cpuMicros() {
  const { user, system } = process.cpuUsage();
  return user + system;
}
