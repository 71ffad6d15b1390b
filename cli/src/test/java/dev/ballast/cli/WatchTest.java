package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.model.Change;
import dev.ballast.model.Documents;
import dev.ballast.model.Item;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Resource;
import dev.ballast.model.Revision;
import dev.ballast.model.Snapshot;
import dev.ballast.model.WatchLine;
import dev.ballast.model.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchTest {
  private static final Revision FIRST = new Revision("9f3a1c2e", 1);
  private static final Revision SECOND = new Revision("9f3a1c2e", 2);

  @TempDir Path directory;
  private FakeController controller;
  private TestShell shell;

  @BeforeEach
  void start() throws IOException {
    controller = new FakeController();
    shell = new TestShell(directory).with("BALLAST_SERVER", controller.url());
    controller.on("GET /v1/snapshot", Wire.snapshot(snapshot(FIRST, 1)));
  }

  @AfterEach
  void stop() {
    controller.close();
  }

  @Test
  void shouldPrintWhatEachTransactionChanged() throws InterruptedException {
    var change =
        new Change(
            SECOND, FIRST, List.of(item(backend(5), 2)), List.of(ItemKey.backend("web", "b2")));
    controller.on("GET /v1/watch", String.join("\n", Wire.change(change, 100)) + "\n");
    watching(
        () ->
            assertThat(shell.out())
                .contains("revision 2  ~ Backend web/b1\n    weight: 1 → 5\n")
                .contains("revision 2  - Backend web/b2\n"));
  }

  @Test
  void shouldPutALargeTransactionTogether() throws InterruptedException {
    var change =
        new Change(
            SECOND, FIRST, List.of(item(backend(5), 2)), List.of(ItemKey.backend("web", "b2")));
    controller.on("GET /v1/watch", String.join("\n", Wire.change(change, 1)) + "\n");
    watching(
        () -> assertThat(shell.out()).contains("~ Backend web/b1").contains("- Backend web/b2"));
  }

  @Test
  void shouldPrintAChangeAsOneLineForPrograms() throws InterruptedException {
    var change = new Change(SECOND, FIRST, List.of(item(backend(5), 2)), List.of());
    controller.on("GET /v1/watch", String.join("\n", Wire.change(change, 100)) + "\n");
    watching(() -> assertThat(shell.out()).endsWith("\n"), "-o", "json");
    assertThat(Wire.readLine(shell.out().lines().findFirst().orElseThrow()))
        .isEqualTo(new WatchLine.Changed(change));
  }

  @Test
  void shouldPrintOnlyTheKindThatIsAskedFor() throws InterruptedException {
    var change = new Change(SECOND, FIRST, List.of(item(backend(5), 2)), List.of());
    controller.on("GET /v1/watch", String.join("\n", Wire.change(change, 100)) + "\n");
    watching(() -> assertThat(shell.err()).contains("listing again"), "pools");
    assertThat(shell.out()).isEmpty();
  }

  @Test
  void shouldListAgainWhenTheControllerHasForgotten() throws InterruptedException {
    controller.onProblem("GET /v1/watch", 410, "{\"detail\":\"too old\"}");
    watching(
        () -> {
          assertThat(controller.lines()).anyMatch(line -> line.contains("/v1/watch"));
          controller.on("GET /v1/snapshot", Wire.snapshot(snapshot(SECOND, 7)));
          assertThat(shell.out()).contains("weight: 1 → 7");
        });
    assertThat(shell.err()).contains("too old").contains("watching again from revision 2");
  }

  private void watching(org.awaitility.core.ThrowingRunnable expected, String... arguments)
      throws InterruptedException {
    String[] all = new String[arguments.length + 1];
    all[0] = "watch";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    Thread watcher = Thread.ofPlatform().start(() -> shell.run(all));
    try {
      await().untilAsserted(expected);
    } finally {
      watcher.interrupt();
      watcher.join();
    }
  }

  private static Snapshot snapshot(Revision revision, int weight) {
    return Snapshot.of(
        revision,
        List.of(
            item(backend(weight), weight == 1 ? 1 : 2),
            item(parsed("kind: Backend\npool: web\nname: b2\naddress: \"h:1\"\n"), 1)));
  }

  private static Resource backend(int weight) {
    return parsed("kind: Backend\npool: web\nname: b1\naddress: \"h:1\"\nweight: " + weight + "\n");
  }

  private static Resource parsed(String yaml) {
    return Documents.parse(yaml.getBytes(StandardCharsets.UTF_8), Documents.Format.YAML)
        .resources()
        .iterator()
        .next();
  }

  private static Item item(Resource resource, long revision) {
    return new Item(resource, revision);
  }
}
