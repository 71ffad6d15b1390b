package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.ballast.locks.Consumer;
import dev.ballast.locks.ConsumerSettings;
import dev.ballast.locks.GroupSettings;
import dev.ballast.locks.Locks;
import dev.ballast.locks.LocksSettings;
import dev.ballast.locks.MemoryEngine;
import dev.ballast.locks.MemoryQueue;
import dev.ballast.locks.Message;
import dev.ballast.locks.Ownership;
import dev.ballast.locks.Partition;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages handled by real processes. */
class CommandHandlerTest {
  @TempDir Path directory;
  private final MemoryEngine engine = new MemoryEngine(System::nanoTime);
  private final MemoryQueue queue = new MemoryQueue(System::nanoTime);
  private final Locks locks =
      new Locks(
          engine,
          LocksSettings.of("me", System::nanoTime, new Random()).withTtl(Duration.ofSeconds(20)));
  private final List<AutoCloseable> started = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable one : started.reversed()) {
      one.close();
    }
    locks.close();
  }

  private Consumer consume(String script) {
    return consume(locks, script);
  }

  private Consumer consume(Locks locks, String script) {
    var handler =
        new CommandHandler(List.of("sh", "-c", script), directory, Duration.ofMillis(200));
    started.add(handler);
    var settings =
        ConsumerSettings.defaults()
            .withMaxFailures(2)
            .withBackOff(Duration.ofMillis(10))
            .withStopWithin(Duration.ofMillis(300));
    var consumer = Consumer.start(locks, GroupSettings.of("g", "m", 4), queue, settings, handler);
    started.add(consumer);
    return consumer;
  }

  private void add(String key, String body) {
    queue.add(key, body.getBytes(StandardCharsets.UTF_8));
  }

  private String file(String name) throws IOException {
    Path file = directory.resolve(name);
    return Files.exists(file) ? Files.readString(file) : "";
  }

  private static Message message(String body) {
    return new Message("1", "k", body.getBytes(StandardCharsets.UTF_8), 0);
  }

  /** Of a partition that nobody takes away. */
  private record StillMine() implements Ownership {
    @Override
    public Partition partition() {
      return new Partition(0, "0");
    }

    @Override
    public String lock() {
      return "0";
    }

    @Override
    public long token() {
      return 1;
    }

    @Override
    public boolean isStillMine() {
      return true;
    }
  }

  @Test
  void shouldHandTheMessageToTheCommand() {
    add("k", "the body");
    consume(
        "echo \"$(cat) $BALLAST_MESSAGE_KEY $BALLAST_MESSAGE_FAILURES $BALLAST_FENCING_TOKEN\" >> out");
    await().until(() -> file("out").equals("the body k 0 1\n"));
    await().until(() -> queue.lag().messages() == 0);
  }

  @Test
  void shouldNotMindACommandThatReadsNothing() {
    add("k", "x".repeat(1_000_000));
    consume("echo done >> out");
    await().until(() -> file("out").equals("done\n"));
    await().until(() -> queue.lag().messages() == 0);
  }

  @Test
  void shouldTryAgainAndGiveUpInTheEnd() {
    add("k", "bad");
    add("k", "good");
    Consumer consumer =
        consume("read body; echo $body $BALLAST_MESSAGE_FAILURES >> out; [ $body = good ]");
    await().until(() -> consumer.counters().handled() == 1);
    await().until(() -> file("out").equals("bad 0\nbad 1\ngood 0\n"));
    assertThat(consumer.counters().dead()).isEqualTo(1);
  }

  @Test
  void shouldSayInPlainWordsWhyAMessageFailed() {
    var handler = new CommandHandler(List.of("sh", "-c", "exit 3"), directory, Duration.ZERO);
    started.add(handler);
    assertThat(catchThrowable(() -> handler.handle(message("x"), new StillMine())))
        .hasToString("the command ended with exit code 3");
  }

  @Test
  void shouldEndTheCommandWhenItsPartitionIsLost() throws IOException {
    add("k", "x");
    consume("echo $$ >> pid; trap '' TERM; while :; do sleep 0.05; done");
    await().until(() -> file("pid").endsWith("\n"));
    var command =
        ProcessHandle.of(Long.parseLong(file("pid").lines().findFirst().orElseThrow()))
            .orElseThrow();
    String member = engine.list("$group/g/members/").getFirst().name();
    engine.breakLock(member);
    await().until(() -> !command.isAlive());
  }

  @Test
  void shouldEndTheCommandHoweverOftenItIsInterrupted() throws IOException {
    var handler =
        new CommandHandler(
            List.of("sh", "-c", "trap '' TERM; echo $$ >> pid; while :; do sleep 0.05; done"),
            directory,
            Duration.ofHours(1));
    started.add(handler);
    var ended = new CompletableFuture<Throwable>();
    var thread =
        Thread.ofVirtual()
            .start(
                () ->
                    ended.complete(
                        catchThrowable(() -> handler.handle(message("x"), new StillMine()))));
    await().until(() -> file("pid").endsWith("\n"));
    var command = ProcessHandle.of(Long.parseLong(file("pid").strip())).orElseThrow();
    await()
        .until(
            () -> {
              thread.interrupt();
              return ended.isDone();
            });
    assertThat(ended.join()).isInstanceOf(InterruptedException.class);
    await().until(() -> !command.isAlive());
  }

  @Test
  void shouldLeaveNoCommandBehindThatIsInterruptedAtWhateverMomentOfItsStart() {
    String nap = "86402.25";
    var handler = new CommandHandler(List.of("sleep", nap), directory, Duration.ZERO);
    started.add(handler);
    var random = new Random();
    for (int i = 0; i < 60; i++) {
      var ended = new CompletableFuture<Throwable>();
      var thread =
          Thread.ofVirtual()
              .start(
                  () ->
                      ended.complete(
                          catchThrowable(() -> handler.handle(message("x"), new StillMine()))));
      LockSupport.parkNanos(random.nextLong(Duration.ofMillis(25).toNanos()));
      thread.interrupt();
      assertThat(ended.join()).as("round %d", i).isInstanceOf(InterruptedException.class);
    }
    await()
        .until(
            () ->
                ProcessHandle.current()
                    .descendants()
                    .noneMatch(one -> one.info().commandLine().orElse("").contains(nap)));
  }

  @Test
  void shouldGiveUpPartitionsEarlyEnoughToKillWhatRuns() {
    var drift = List.of(200, 200, 50, 50, 50);
    var ttls = List.of(100L, 105L, 500L, 15_000L, 86_400_000L);
    for (int i = 0; i < drift.size(); i++) {
      assertThat(ConsumeCommand.locksSettings("me", Duration.ofMillis(ttls.get(i))).driftPerMille())
          .as("%d ms", ttls.get(i))
          .isEqualTo(drift.get(i));
    }
  }

  /** A member that can't renew its lease: its command is dead before another member may begin with the partition. */
  @Test
  void shouldHaveKilledTheCommandBeforeItsPartitionCanBeAnothers() throws IOException {
    for (int round = 0; round < 2; round++) {
      var cut = new CutEngine(engine);
      Files.deleteIfExists(directory.resolve("pid"));
      add("k", "x");
      try (var own =
          new Locks(cut.way(), ConsumeCommand.locksSettings("me", Duration.ofSeconds(2)))) {
        consume(own, "trap '' TERM; echo $$ > pid; while :; do sleep 0.05; done");
        await().until(() -> file("pid").endsWith("\n"));
        var command = ProcessHandle.of(Long.parseLong(file("pid").strip())).orElseThrow();
        cut.cut();
        await().pollInterval(Duration.ofMillis(1)).until(() -> engine.list("$group/g/").isEmpty());
        assertThat(command.isAlive()).as("round %d", round).isFalse();
      }
    }
  }

  @Test
  void shouldRefuseAGraceThatOutlastsTheHandOver() {
    var shell = new TestShell(directory);
    assertThat(
            shell.run(
                "consume",
                "--queue",
                "redis://h?list=q",
                "--group",
                "g",
                "--grace",
                "10s",
                "--",
                "true"))
        .isEqualTo(ExitCode.USAGE.number());
    assertThat(shell.err()).contains("--grace is less than 10s");
  }

  @Test
  void shouldShowMetricsThatTheDocumentHas() throws IOException, InterruptedException {
    Consumer consumer = consume("true");
    int port = freePort();
    started.add(ConsumerMetrics.serve("127.0.0.1:" + port, "g", consumer));
    try (var client = HttpClient.newHttpClient()) {
      var request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics")).build();
      String metrics = client.send(request, BodyHandlers.ofString()).body();
      var shown = new ArrayList<String>();
      String help = "";
      for (String line : metrics.split("\n", -1)) {
        String[] words = line.split(" ", 4);
        if (line.startsWith("# HELP ")) {
          help = words[3];
        } else if (line.startsWith("# TYPE ")) {
          shown.add("| `%s` | %s | `group` | %s |".formatted(words[2], words[3], help));
        }
      }
      assertThat(metrics).contains("ballast_consumer_members{group=\"g\"} ");
      assertThat(
              Files.readAllLines(Path.of("..", "docs", "metrics.md")).stream()
                  .filter(line -> line.startsWith("| `ballast_consumer_"))
                  .toList())
          .as(
              "the rows of docs/metrics.md:\n%s",
              String.join("\n", shown.stream().sorted().toList()))
          .containsExactlyElementsOf(shown.stream().sorted().toList());
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }
}
