/** So long a process that goes on is watched: a kernel that stops it does so at once. */
const TURNS = 10
const TURN_MILLISECONDS = 10

/**
 * Stops this process until somebody continues it, as Ctrl-Z does. `unstopped` is called where nothing stops it: the kernel
 * drops the signal where no shell could continue the process (POSIX: an orphaned process group), as under `ssh -t`, in a
 * container, in a window that tmux has opened for the command. Gives what calls that off, for the process that was continued.
 */
export function stopSelf(unstopped: () => void): () => void {
  process.kill(process.pid, 'SIGTSTP')
  let turns = 0
  // Several short turns are time of its own: however long it was stopped, only one of them is over when it goes on, and
  // SIGCONT is told before the next.
  const watch = setInterval(() => {
    turns += 1
    if (turns < TURNS) return
    clearInterval(watch)
    unstopped()
  }, TURN_MILLISECONDS)
  return () => clearInterval(watch)
}
