package dev.ballast.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotFileTest {
  @TempDir private Path directory;

  @Test
  void shouldReadBackWhatItWrote() throws IOException {
    var file = new SnapshotFile(directory.resolve("deeper/last-good.json"));
    var snapshot = new World(World.EPOCH).now();

    file.write(snapshot);

    assertThat(file.read()).contains(snapshot);
    try (var left = Files.list(directory.resolve("deeper"))) {
      assertThat(left).containsExactly(file.path());
    }
  }

  @Test
  void shouldHaveNothingAtFirst() {
    assertThat(new SnapshotFile(directory.resolve("none")).read()).isEmpty();
  }

  @Test
  void shouldPutADamagedFileAside() throws IOException {
    var file = new SnapshotFile(directory.resolve("last-good.json"));
    file.write(new World(World.EPOCH).now());
    String text = Files.readString(file.path());

    for (int length = 0; length < text.length(); length += 7) {
      Files.writeString(file.path(), text.substring(0, length));
      assertThat(file.read()).isEmpty();
      assertThat(file.path()).doesNotExist();
      assertThat(directory.resolve("last-good.json.damaged")).hasContent(text.substring(0, length));
    }
  }

  @Test
  void shouldWriteTheLatestWhenItIsClosed() {
    var file = new SnapshotFile(directory.resolve("last-good.json"));
    var world = new World(World.EPOCH);
    try (var keeper = new SnapshotKeeper(file)) {
      for (int count = 0; count < 100; count++) {
        world.change(new java.util.Random(count));
        keeper.keep(world.now());
      }
    }

    assertThat(file.read()).contains(world.now());
  }
}
