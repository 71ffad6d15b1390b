package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SupervisorTest {
  @TempDir Path directory;
  private final Queue<String> announced = new ConcurrentLinkedQueue<>();
  private Supervisor supervisor;

  @BeforeEach
  void supervise() {
    supervisor =
        new Supervisor(directory, announced::add, Duration.ofMillis(500), InstantSource.system());
  }

  @AfterEach
  void end() {
    supervisor.close();
  }

  @Test
  void shouldWriteWhatAChildSaysToItsLog() {
    start("talker", "echo hello; echo trouble >&2; cat");
    await().until(() -> log("talker").equals("hello\ntrouble\n"));
  }

  @Test
  void shouldStartAChildAgainAndSayWhy() {
    start("dying", "echo run; echo 'the reason'; exit 7");
    await().until(() -> log("dying").split("run", -1).length > 2);
    assertThat(announced.peek())
        .isEqualTo("dying ended with exit code 7 (\"the reason\"); starting it again in 250 ms");
  }

  @Test
  void shouldSayThatAChildWasKilled() {
    start("killed", "kill -9 $$");
    await().until(() -> !announced.isEmpty());
    assertThat(announced.peek()).startsWith("killed was ended by signal 9;");
  }

  @Test
  void shouldSayThatAChildCannotBeStarted() {
    supervisor.start(new Child("missing", List.of("/no/such/program")));
    await().until(() -> !announced.isEmpty());
    assertThat(announced.peek()).contains("ended with exit code 127").contains("not found");
  }

  @Test
  void shouldEndChildrenByClosingTheirInput() throws IOException {
    start("polite", "echo $$ > %s/pid; cat; echo bye".formatted(directory));
    await().until(() -> Files.exists(directory.resolve("pid")) && !pid("pid").isBlank());
    long pid = Long.parseLong(pid("pid").strip());
    supervisor.close();
    assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
    assertThat(log("polite")).isEqualTo("bye\n");
    assertThat(announced).isEmpty();
  }

  @Test
  void shouldKillAChildThatDoesNotEnd() {
    start("stubborn", "echo $$; exec sleep 600");
    await().until(() -> log("stubborn").endsWith("\n"));
    long pid = Long.parseLong(log("stubborn").strip());
    supervisor.close();
    await().until(() -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
  }

  @Test
  void shouldShieldChildrenFromTheInterruptOfTheTerminal() {
    start("shielded", "kill -INT $$; echo still here; cat");
    await().until(() -> log("shielded").equals("still here\n"));
    assertThat(announced).isEmpty();
  }

  @Test
  void shouldStartNothingAfterTheEnd() {
    supervisor.close();
    start("late", "echo late");
    assertThat(directory.resolve("late.log")).doesNotExist();
  }

  private void start(String name, String script) {
    supervisor.start(new Child(name, List.of("/bin/sh", "-c", script)));
  }

  private String log(String name) {
    return pid(name + ".log");
  }

  private String pid(String file) {
    try {
      Path path = directory.resolve(file);
      return Files.exists(path) ? Files.readString(path) : "";
    } catch (IOException failure) {
      throw new java.io.UncheckedIOException(failure);
    }
  }
}
