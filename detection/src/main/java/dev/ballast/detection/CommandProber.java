package dev.ballast.detection;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Runs a program. It waits on a virtual thread, so a slow program holds up nobody; one that is not done when its probe is over is killed
 * with its children, on a virtual thread too, since looking for children takes a while. At most one runs at a time for each target: what
 * still runs when the next probe is due makes way, and counts as silent. Of all targets' programs only some run at once: one that has not had its
 * turn within its probe's time was not asked.
 */
final class CommandProber implements Prober {
  private static final int OUTPUT_LIMIT = 200;
  private static final Outcome.Failed NO_TURN =
      new Outcome.Failed(Outcome.Kind.NOT_ASKED, "over before it had its turn");

  private final InetSocketAddress address;
  private final ProbeSpec.Command spec;
  private final Semaphore turns;
  private @Nullable Attempt running;

  CommandProber(InetSocketAddress address, ProbeSpec.Command spec, Semaphore turns) {
    this.address = address;
    this.spec = spec;
    this.turns = turns;
  }

  @Override
  public void probe(boolean isFresh, Attempt attempt) {
    if (running != null) {
      running.late("still running when the next probe was due");
    }
    var run = new Run(attempt);
    running = attempt;
    attempt.carriedBy(
        _ -> {
          running = null;
          run.stop();
        });
    attempt.phaseBefore("waiting while too many programs run");
    Thread.ofVirtual().name("ballast-probe-command").start(run);
  }

  @Override
  public void close() {
    if (running != null) {
      running.failed(Outcome.Kind.NOT_ASKED, "the target is watched no longer");
    }
  }

  /** A program must not see what this process has been told, as passwords: of its environment it has {@code PATH}. */
  private ProcessBuilder builder() {
    var builder = new ProcessBuilder(spec.words()).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> !name.equals("PATH"));
    builder.environment().put("BALLAST_ADDRESS", address.getHostString());
    builder.environment().put("BALLAST_PORT", Integer.toString(address.getPort()));
    return builder;
  }

  /** The beginning of what it prints, on one line; the rest is read and dropped, so that it never waits for a reader. */
  private static String firstOf(InputStream output) throws IOException {
    byte[] first = output.readNBytes(OUTPUT_LIMIT);
    output.transferTo(OutputStream.nullOutputStream());
    return new String(first, StandardCharsets.UTF_8).strip().replaceAll("\\s+", " ");
  }

  private static void kill(Process process) {
    var children = process.descendants().toList();
    process.destroyForcibly();
    children.forEach(ProcessHandle::destroyForcibly);
  }

  /** One run of the program. Stopped by the loop, the rest is of its own thread. */
  private final class Run implements Runnable {
    private final Attempt attempt;

    // Guarded by this object.
    private @Nullable Process process;
    private boolean isStopped;

    Run(Attempt attempt) {
      this.attempt = attempt;
    }

    @Override
    public void run() {
      var failure = failure();
      attempt
          .loop()
          .execute(
              () -> {
                if (failure == null) {
                  attempt.good();
                } else {
                  attempt.failed(failure.kind(), failure.reason());
                }
              });
    }

    private Outcome.@Nullable Failed failure() {
      try {
        turns.acquire();
        try {
          return isStopped() ? NO_TURN : failureOfProgram();
        } finally {
          turns.release();
        }
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        return new Outcome.Failed(Outcome.Kind.NOT_ASKED, "interrupted");
      }
    }

    private synchronized boolean isStopped() {
      return isStopped;
    }

    private Outcome.@Nullable Failed failureOfProgram() throws InterruptedException {
      attempt.loop().execute(() -> attempt.phase("running " + spec.words().getFirst()));
      try {
        var started = builder().start();
        began(started);
        started.getOutputStream().close();
        String said = firstOf(started.getInputStream());
        int code = started.waitFor();
        return code == 0
            ? null
            : new Outcome.Failed(
                Outcome.Kind.WRONG, "exit code " + code + (said.isEmpty() ? "" : ": " + said));
      } catch (IOException e) {
        return new Outcome.Failed(Outcome.Kind.NOT_ASKED, "can't run: " + e.getMessage());
      }
    }

    /** It may have been stopped while it started. */
    private void began(Process started) {
      boolean isTooLate;
      synchronized (this) {
        process = started;
        isTooLate = isStopped;
      }
      if (isTooLate) {
        kill(started);
      }
    }

    void stop() {
      Process left;
      synchronized (this) {
        isStopped = true;
        left = process;
      }
      if (left != null && left.isAlive()) {
        Thread.ofVirtual().name("ballast-probe-kill").start(() -> kill(left));
      }
    }
  }
}
