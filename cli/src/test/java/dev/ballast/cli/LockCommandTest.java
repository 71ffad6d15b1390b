package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.locks.Claim;
import dev.ballast.locks.LeaseId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as a process, with a command of its own, and signals. */
class LockCommandTest {
  private static final LeaseId OTHER = new LeaseId("0123456789abcdef-0000000000000001");
  private static final String FOR_EVER = "echo $$ > pid; while :; do sleep 0.05; done";
  private static final String DEAF = "trap '' TERM; " + FOR_EVER;

  @TempDir Path directory;
  private final LockingController controller = new LockingController();
  private final List<LockProcess> started = new ArrayList<>();

  @AfterEach
  void end() {
    started.forEach(LockProcess::close);
    controller.close();
  }

  private LockProcess lock(String... arguments) {
    var words = new ArrayList<>(List.of("lock"));
    words.addAll(List.of(arguments));
    var process =
        LockProcess.start(directory, controller.url(), "a line\n", words.toArray(String[]::new));
    started.add(process);
    return process;
  }

  private boolean isHeld(String name) {
    return controller.engine.list(name).stream().anyMatch(one -> one.isHeld());
  }

  /** The command, once it has told its number. */
  private ProcessHandle command() {
    Path file = directory.resolve("pid");
    await().atMost(Duration.ofSeconds(30)).until(() -> Files.exists(file) && Files.size(file) > 1);
    try {
      return ProcessHandle.of(Long.parseLong(Files.readString(file).strip())).orElseThrow();
    } catch (IOException failure) {
      throw new java.io.UncheckedIOException(failure);
    }
  }

  @Test
  void shouldRunTheCommandWithItsTokenAndEndAsItDoes() throws InterruptedException {
    String script = "read line; echo \"$line $BALLAST_LOCK $BALLAST_FENCING_TOKEN\"; exit 7";
    var process = lock("jobs/a b", "--", "sh", "-c", script);
    assertThat(process.exitCode()).as(process.output()).isEqualTo(7);
    assertThat(process.output()).isEqualTo("a line jobs/a b 1\n");
    assertThat(controller.engine.list("")).isEmpty();

    var again = lock("jobs/a b", "--", "sh", "-c", "echo $BALLAST_FENCING_TOKEN; kill -KILL $$");
    assertThat(again.exitCode()).as(again.output()).isEqualTo(128 + 9);
    assertThat(again.output()).isEqualTo("2\n");
  }

  @Test
  void shouldTakeALockThatIsCalledLikeASubcommand() throws InterruptedException {
    var process = lock("--owner", "me", "--", "list", "--", "printenv", "BALLAST_LOCK");
    assertThat(process.exitCode()).as(process.output()).isZero();
    assertThat(process.output()).isEqualTo("list\n");
  }

  @Test
  void shouldSayThatACommandIsNotThere() throws InterruptedException {
    var process = lock("jobs", "--", "no-such-command");
    assertThat(process.exitCode()).isEqualTo(127);
    assertThat(process.output()).contains("no-such-command");
  }

  @Test
  void shouldNotStartTheCommandWithoutTheLock() throws InterruptedException {
    controller.engine.openAndClaim(
        OTHER, "other", Duration.ofMinutes(5), List.of(Claim.exclusive("jobs")), false);
    var process = lock("--wait", "100ms", "jobs", "--", "touch", "ran");
    assertThat(process.exitCode()).isEqualTo(ExitCode.NOT_ACQUIRED.number());
    assertThat(process.output())
        .contains("'jobs' was not free within 100 ms; 'ballast lock list' shows");
    assertThat(directory.resolve("ran")).doesNotExist();
    assertThat(controller.engine.list("jobs")).hasSize(1);
  }

  @Test
  void shouldNotStartTheCommandWithoutAnEngine() throws InterruptedException {
    controller.close();
    var process = lock("--wait", "100ms", "jobs", "--", "touch", "ran");
    assertThat(process.exitCode()).isEqualTo(ExitCode.NOT_ACQUIRED.number());
    assertThat(process.output()).contains("no answer from the controller at " + controller.url());
    assertThat(directory.resolve("ran")).doesNotExist();
  }

  @Test
  void shouldHandOnSignals() throws InterruptedException, IOException {
    var process =
        lock("jobs", "--", "sh", "-c", "trap 'exit 3' TERM; trap 'echo int' INT; " + FOR_EVER);
    command();
    process.signal("INT");
    await().until(() -> process.output().equals("int\n"));
    process.signal("TERM");
    assertThat(process.exitCode()).isEqualTo(3);
    assertThat(controller.engine.list("")).isEmpty();
  }

  @Test
  void shouldStopWaitingWhenItIsToldTo() throws InterruptedException, IOException {
    controller.engine.openAndClaim(
        OTHER, "other", Duration.ofMinutes(5), List.of(Claim.exclusive("jobs")), false);
    var process = lock("jobs", "--", "touch", "ran");
    await().atMost(Duration.ofSeconds(30)).until(() -> controller.engine.list("jobs").size() == 2);
    process.signal("INT");
    assertThat(process.exitCode()).isEqualTo(128 + 2);
    assertThat(controller.engine.list("jobs")).hasSize(1);
    assertThat(directory.resolve("ran")).doesNotExist();
  }

  @Test
  void shouldStopAskingAnEngineThatHangsWhenItIsToldTo() throws InterruptedException, IOException {
    try (var deaf = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String url = "redis://127.0.0.1:%d?timeout=1s".formatted(deaf.getLocalPort());
      var process = lock("--engine", url, "jobs", "--", "touch", "ran");
      try (var _ = deaf.accept()) {
        process.signal("INT");
        assertThat(process.exitCode()).as(process.output()).isEqualTo(128 + 2);
      }
    }
    assertThat(directory.resolve("ran")).doesNotExist();
  }

  @Test
  void shouldKeepTheLockForLongerThanItsTimeToLive() {
    lock("--ttl", "2s", "jobs", "--", "sh", "-c", FOR_EVER);
    command();
    await()
        .during(Duration.ofSeconds(4))
        .atMost(Duration.ofSeconds(10))
        .until(() -> isHeld("jobs"));
  }

  @Test
  void shouldEndTheCommandWhenItsLockIsBroken() throws InterruptedException {
    var process = lock("--ttl", "10m", "--grace", "300ms", "jobs", "--", "sh", "-c", DEAF);
    var command = command();
    controller.engine.breakLock("jobs");
    assertThat(process.exitCode()).isEqualTo(ExitCode.LOST.number());
    assertThat(process.output()).contains("the lock 'jobs' is lost");
    assertThat(command.isAlive()).isFalse();
  }

  @Test
  void shouldHaveEndedTheCommandBeforeAnotherCanHaveTheLock() throws InterruptedException {
    var process = lock("--ttl", "8s", "jobs", "--", "sh", "-c", DEAF);
    var command = command();
    controller.close();
    await().atMost(Duration.ofSeconds(60)).until(() -> !isHeld("jobs"));
    assertThat(command.isAlive()).as("the command when the engine lets the next one in").isFalse();
    assertThat(process.exitCode()).isEqualTo(ExitCode.LOST.number());
    assertThat(process.output()).contains("could not be renewed for too long");
  }

  @Test
  void shouldTakeTheCommandWithItWhenItIsKilled() throws InterruptedException, IOException {
    var process = lock("--ttl", "1s", "jobs", "--", "sh", "-c", FOR_EVER);
    var command = command();
    process.signal("KILL");
    await().until(() -> !command.isAlive());
    await().atMost(Duration.ofSeconds(10)).until(() -> !isHeld("jobs"));
  }

  @Test
  void shouldNeverRunTwoAtOnce() throws InterruptedException, IOException {
    Path counter = Files.writeString(directory.resolve("counter"), "0\n");
    String script =
        "mkdir alone || exit 99; n=$(cat counter); sleep 0.1; echo $((n + 1)) > counter; rmdir alone";
    var processes =
        IntStream.range(0, 6).mapToObj(_ -> lock("jobs", "--", "sh", "-c", script)).toList();
    for (LockProcess process : processes) {
      assertThat(process.exitCode()).as(process.output()).isZero();
    }
    assertThat(counter).hasContent("6");
  }

  @Test
  void shouldSayHowItIsUsed() {
    var shell = new TestShell(directory);
    assertThat(shell.run("lock")).isEqualTo(2);
    assertThat(shell.run("lock", "jobs")).isEqualTo(2);
    assertThat(shell.run("lock", "--shared", "--permits", "1/2", "jobs", "--", "true"))
        .isEqualTo(2);
    assertThat(shell.run("lock", "--permits", "3/2", "jobs", "--", "true")).isEqualTo(2);
    assertThat(shell.run("lock", "--ttl", "1ms", "jobs", "--", "true")).isEqualTo(2);
    assertThat(shell.run("lock", "$group/x", "--", "true")).isEqualTo(2);
    assertThat(shell.run("lock", "--engine", "gopher://x", "list", "list")).isEqualTo(2);
    assertThat(shell.err())
        .contains("want a name and a command")
        .contains("--shared and --permits exclude each other")
        .contains("want 1 to 2")
        .contains("100ms to 1d")
        .contains("belong to consumer groups");
    assertThat(Optional.of(shell.out())).hasValue("");
  }
}
