package dev.ballast.detection;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Runs a program. It waits on a virtual thread, so a slow program holds up nobody; one that is not done by the time-out is killed with
 * its children. At most one runs at a time for each target.
 */
final class CommandProber implements Prober {
  private static final int OUTPUT_LIMIT = 200;

  private final InetSocketAddress address;
  private final ProbeSpec.Command spec;
  private volatile @Nullable Process running;

  CommandProber(InetSocketAddress address, ProbeSpec.Command spec) {
    this.address = address;
    this.spec = spec;
  }

  @Override
  public void probe(boolean isFresh, Attempt attempt) {
    close();
    attempt.phase("running " + spec.words().getFirst());
    Thread.ofVirtual().name("ballast-probe-command").start(() -> run(attempt));
  }

  private void run(Attempt attempt) {
    Outcome.@Nullable Failed failure;
    @Nullable Process process = null;
    try {
      var builder = new ProcessBuilder(spec.words()).redirectErrorStream(true);
      equip(builder.environment());
      process = builder.start();
      running = process;
      process.getOutputStream().close();
      String said = firstOf(process.getInputStream());
      int code = process.waitFor();
      failure =
          code == 0
              ? null
              : new Outcome.Failed(
                  Outcome.Kind.WRONG, "exit code " + code + (said.isEmpty() ? "" : ": " + said));
    } catch (IOException e) {
      failure = new Outcome.Failed(Outcome.Kind.NOT_ASKED, "can't run: " + e.getMessage());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      failure = new Outcome.Failed(Outcome.Kind.NOT_ASKED, "interrupted");
    } finally {
      if (process != null) {
        kill(process);
      }
    }
    var outcome = failure;
    attempt
        .loop()
        .execute(
            () -> {
              if (outcome == null) {
                attempt.good();
              } else {
                attempt.failed(outcome.kind(), outcome.reason());
              }
            });
  }

  /** It must not see what this process has been told, as passwords: of its environment it has {@code PATH}. */
  private void equip(Map<String, String> environment) {
    environment.keySet().retainAll(Set.of("PATH"));
    environment.put("BALLAST_ADDRESS", address.getHostString());
    environment.put("BALLAST_PORT", Integer.toString(address.getPort()));
  }

  /** The beginning of what it prints, on one line; the rest is read and dropped, so that it never waits for a reader. */
  private static String firstOf(InputStream output) throws IOException {
    byte[] first = output.readNBytes(OUTPUT_LIMIT);
    output.transferTo(OutputStream.nullOutputStream());
    return new String(first, StandardCharsets.UTF_8).strip().replaceAll("\\s+", " ");
  }

  private static void kill(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  @Override
  public void close() {
    var process = running;
    if (process != null) {
      kill(process);
      running = null;
    }
  }
}
