package dev.ballast.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code ballast consume} as people run it: members of a group come, are told to end, and are killed, while they start commands. */
final class ConsumeIT {
  private static final int KEYS = 8;
  private static final int MESSAGES = 80;
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  /** Says if another command of its key runs, and works for so short a time that commands begin all the time. */
  private static final String HANDLER =
      """
      read -r body
      run=run-$BALLAST_MESSAGE_KEY
      if [ -e $run ] && kill -0 "$(cat $run)" 2>/dev/null; then echo "$body" >>wrong; fi
      echo $$ >$run
      sleep 0.03
      echo "$body" >>handled-$BALLAST_MESSAGE_KEY
      rm -f $run
      """;

  private final Random random = new Random();
  private final List<AutoCloseable> closed = new ArrayList<>();
  private final Path directory = Installation.emptyDirectory("consume");
  private int port;
  private int members;

  @AfterEach
  void closeAll() throws Exception {
    for (var each : closed.reversed()) {
      each.close();
    }
    Survivors.kill(directory);
  }

  private void startRedis() throws IOException {
    port = ProxyNetwork.freePort();
    var address = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
    var own = Installation.emptyDirectory("redis-of-consumers");
    var served = FaultPrograms.of(LockEngineCase.REDIS, own, address, 0, List.of());
    var redis = new FaultNode(served.program(), Place.HERE, address);
    closed.add(redis);
    redis.start();
    await()
        .atMost(PATIENCE)
        .until(() -> Finished.tool("redis-cli", "-p", "" + port, "PING").out().contains("PONG"));
  }

  private String redis(String... command) {
    var whole = new ArrayList<>(List.of("redis-cli", "-p", "" + port));
    whole.addAll(List.of(command));
    return Finished.tool(whole.toArray(String[]::new)).orFail().out().strip();
  }

  private Running member() {
    String name = "m" + ++members;
    String url = "redis://127.0.0.1:" + port;
    var member =
        Running.ballast(
            Place.HERE,
            name,
            directory,
            List.of(
                "consume",
                "--queue",
                url + "/0?list=jobs&key=k",
                "--engine",
                url,
                "--group",
                "g",
                "--member",
                name,
                "--ttl",
                "2s",
                "--grace",
                "1s",
                "--parallel",
                "4",
                "--",
                "sh",
                "-c",
                HANDLER));
    closed.add(member);
    return member;
  }

  @Test
  void shouldHandleAllOneAtATimeAndLeaveNothingHoweverMembersEnd() throws IOException {
    startRedis();
    for (int i = 0; i < MESSAGES; i++) {
      redis("LPUSH", "jobs", "{\"k\":\"k%d\",\"n\":%d}".formatted(i % KEYS, i));
    }
    var running = new ArrayList<>(List.of(member(), member()));
    running.forEach(each -> each.awaitOutput("consumes list 'jobs'", PATIENCE));
    for (String end : List.of("TERM", "KILL", "INT", "TERM")) {
      var leaver = running.remove(random.nextInt(running.size()));
      long before = handled().size();
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(1 + random.nextInt(20)))
          .until(() -> handled().size() > before || redis("LLEN", "jobs").equals("0"));
      leaver.signal(end);
      int code = leaver.awaitExit(PATIENCE);
      assertThat(code).as(leaver.output()).isEqualTo(end.equals("KILL") ? 137 : 0);
      var next = member();
      next.awaitOutput("consumes list 'jobs'", PATIENCE);
      running.add(next);
    }
    await().atMost(PATIENCE).until(() -> redis("LLEN", "jobs").equals("0"));
    running.forEach(each -> each.signal("TERM"));
    running.forEach(each -> assertThat(each.awaitExit(PATIENCE)).as(each.output()).isZero());

    assertThat(directory.resolve("wrong")).doesNotExist();
    for (int key = 0; key < KEYS; key++) {
      assertThat(new LinkedHashSet<>(lines("handled-k" + key)))
          .containsExactlyElementsOf(expected(key));
    }
    assertThat(redis("EXISTS", "jobs:dead")).isEqualTo("0");
    assertThat(Survivors.of(directory)).isEmpty();
  }

  private static List<String> expected(int key) {
    return IntStream.range(0, MESSAGES)
        .filter(i -> i % KEYS == key)
        .mapToObj(i -> "{\"k\":\"k%d\",\"n\":%d}".formatted(key, i))
        .toList();
  }

  private List<String> handled() throws IOException {
    var all = new ArrayList<String>();
    for (int key = 0; key < KEYS; key++) {
      all.addAll(lines("handled-k" + key));
    }
    return all;
  }

  private List<String> lines(String file) throws IOException {
    Path path = directory.resolve(file);
    return Files.exists(path) ? Files.readAllLines(path) : List.of();
  }
}
