package dev.ballast.cli;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Option;

/** When a role's process ends: on SIGINT and SIGTERM, and, when a supervisor holds its input, with the supervisor. */
final class LifetimeOptions {
  private static final int BUFFER_BYTES = 256;

  @Option(
      names = "--exit-on-eof",
      description =
          "End in good order when standard input ends: so nothing outlives the process that started it.")
  boolean isExitOnEof;

  /**
   * Waits for the end, and runs {@code stop} once, whatever the end was. On a signal the process ends from within, and as one that
   * is done: what asked it to end must not take that for a failure.
   *
   * @param stop returns when everything has been put in order
   */
  void awaitEnd(Runnable stop) throws InterruptedException {
    var ended = new CountDownLatch(1);
    var hook = new Thread(() -> endAfter(stop), "stop");
    Runtime.getRuntime().addShutdownHook(hook);
    if (isExitOnEof) {
      Thread reader = new Thread(() -> awaitEndOfInput(ended), "supervisor");
      reader.setDaemon(true);
      reader.start();
    }
    ended.await();
    // System.exit, which follows, runs the hook.
  }

  /** The JVM's own exit code would be the signal's, as if nobody had taken care of it. */
  private static void endAfter(Runnable stop) {
    stop.run();
    Runtime.getRuntime().halt(ExitCode.DONE.number());
  }

  private static void awaitEndOfInput(CountDownLatch ended) {
    byte[] buffer = new byte[BUFFER_BYTES];
    try {
      while (System.in.read(buffer) >= 0) {
        // Whatever it says, only its end counts.
      }
    } catch (IOException _) {
      // As good as its end.
    }
    ended.countDown();
  }
}
