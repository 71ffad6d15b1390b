package dev.ballast.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/**
 * {@code ./ballast up --demo} as a stranger uses it, at its usual addresses: in a network namespace where that is possible, so
 * that it meets nobody else's.
 */
class UpIT {
  private static final List<String> LB_SERVERS = List.of("127.0.0.21", "127.0.0.22");
  private static final int HTTP = 8080;
  private static final int TCP = 9000;
  private static final double FIRST_START_SECONDS = 20;
  private static final double SECOND_START_SECONDS = 6;
  private static final Duration END = Duration.ofSeconds(15);

  private Path directory;
  private Place place = Place.HERE;

  @BeforeEach
  void findAPlace(TestInfo test) throws Exception {
    directory = Installation.emptyDirectory("up-" + test.getTestMethod().orElseThrow().getName());
    if (Namespace.isPossible()) {
      place = Namespace.create(Namespace.prefix() + "up");
    }
  }

  @AfterEach
  void leave() {
    Survivors.kill(directory);
    if (place instanceof Namespace namespace) {
      namespace.close();
    }
  }

  @Test
  void shouldServeSoonKeepItsDataAndLeaveNothingBehind() throws Exception {
    Running first = up("first");
    Figures.print("up_first_start_seconds", awaitServing(FIRST_START_SECONDS));
    first.awaitOutput("curl", END);
    shouldWorkAsPrinted(first.output());
    assertThat(weightOfB1()).contains("weight: 5");

    first.interruptGroup();
    Figures.print("up_exit_code_after_sigint", first.awaitExit(END));
    Figures.print("up_gone_after_sigint_ms", millisUntilNothingIsLeft());

    Running second = up("second");
    Figures.print("up_second_start_seconds", awaitServing(SECOND_START_SECONDS));
    assertThat(weightOfB1()).as("what the first run was told").contains("weight: 5");

    second.kill();
    Figures.print("up_gone_after_kill_ms", millisUntilNothingIsLeft());

    Running third = up("third");
    Figures.print("up_start_after_kill_seconds", awaitServing(FIRST_START_SECONDS));
    assertThat(weightOfB1()).as("what the first run was told").contains("weight: 5");
    shouldReplaceAChildThatDies();
    third.signal("TERM");
    third.awaitExit(END);
    millisUntilNothingIsLeft();
  }

  @Test
  void shouldRecoverWhenKilledWhileItStartsForTheFirstTime() throws Exception {
    for (String progress : List.of("Unpacking", "Creating", "opening")) {
      Running early = up("killed-at-" + progress);
      early.awaitOutput("(?i)" + progress, END);
      early.kill();
      millisUntilNothingIsLeft();
    }
    Running last = up("last");
    awaitServing(FIRST_START_SECONDS);
    last.interruptGroup();
    last.awaitExit(END);
    millisUntilNothingIsLeft();
  }

  @Test
  void shouldNameTheOwnerOfAPortThatIsTaken() throws Exception {
    var owner =
        place.call(
            () ->
                java.nio.channels.ServerSocketChannel.open()
                    .bind(new InetSocketAddress(LB_SERVERS.getFirst(), HTTP)));
    try (owner) {
      Running up = up("port-taken");
      assertThat(up.awaitExit(END)).isEqualTo(1);
      assertThat(up.output()).contains("8080", Long.toString(ProcessHandle.current().pid()));
      assertThat(directory.resolve("data/postgres")).as("nothing has been started").doesNotExist();
      millisUntilNothingIsLeft();
    }
  }

  private Running up(String name) {
    return Running.ballastOfTerminal(
        place, "up-" + name, directory, List.of("up", "--demo", "--data", "data"));
  }

  /** From the start of the process until HTTP and TCP are served by both LB servers. */
  private double awaitServing(double atMostSeconds) {
    long started = System.nanoTime();
    await("HTTP and TCP on both LB servers")
        .atMost(Duration.ofSeconds((long) (2 * atMostSeconds)))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(20))
        .until(
            () ->
                LB_SERVERS.stream()
                    .allMatch(address -> isHttpServed(address) && isTcpServed(address)));
    double seconds = (System.nanoTime() - started) / 1e9;
    assertThat(seconds).as("seconds until it serves").isLessThanOrEqualTo(atMostSeconds);
    return seconds;
  }

  private boolean isHttpServed(String address) {
    try (var connection =
        HttpConnection.open(place, new InetSocketAddress(address, HTTP), Duration.ofSeconds(1))) {
      return !connection.get("demo.test", "/").header("x-backend").isEmpty();
    } catch (IOException _) {
      return false;
    }
  }

  private boolean isTcpServed(String address) {
    byte[] hello = "hello".getBytes(StandardCharsets.US_ASCII);
    try (var socket =
        HttpConnection.connect(place, new InetSocketAddress(address, TCP), Duration.ofSeconds(1))) {
      socket.getOutputStream().write(hello);
      return new String(socket.getInputStream().readNBytes(hello.length), StandardCharsets.US_ASCII)
          .equals("hello");
    } catch (IOException _) {
      return false;
    }
  }

  /** The three commands that it prints at the end, in a shell, as they stand there. */
  private void shouldWorkAsPrinted(String output) {
    List<String> commands =
        output
            .substring(output.indexOf("Try:"))
            .lines()
            .skip(1)
            .map(String::strip)
            .filter(line -> !line.isEmpty())
            .limit(3)
            .toList();
    assertThat(commands).hasSize(3);
    for (String command : commands) {
      Finished finished =
          Finished.run(
              place, directory, Installation.environment(directory), List.of("sh", "-c", command));
      assertThat(finished.exitCode()).as(command + "\n" + finished.all()).isZero();
    }
  }

  private String weightOfB1() {
    return ballast("get", "backend", "demo/b1", "-o", "yaml").orFail().out();
  }

  private void shouldReplaceAChildThatDies() {
    ProcessHandle lb =
        Survivors.handles(directory).stream()
            .filter(process -> Survivors.command(process).contains(" lb --name lb-1 "))
            .findFirst()
            .orElseThrow();
    lb.destroyForcibly();
    long killed = System.nanoTime();
    await("the LB server is gone").until(() -> !lb.isAlive());
    await("another serves").atMost(END).until(() -> isHttpServed(LB_SERVERS.getFirst()));
    Figures.print("up_child_replaced_ms", (System.nanoTime() - killed) / 1e6);
  }

  private Finished ballast(String... arguments) {
    return Finished.ballast(place, directory, Map.of(), List.of(arguments));
  }

  private double millisUntilNothingIsLeft() {
    long started = System.nanoTime();
    await("no process is left")
        .atMost(END)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(20))
        .untilAsserted(() -> assertThat(Survivors.of(directory)).isEmpty());
    return (System.nanoTime() - started) / 1e6;
  }
}
