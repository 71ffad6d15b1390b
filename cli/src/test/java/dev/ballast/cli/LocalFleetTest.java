package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the LB servers of {@code ballast up} are started with. */
class LocalFleetTest {
  @TempDir Path directory;

  private static List<String> all(LocalFleet fleet) {
    return IntStream.range(0, fleet.size())
        .mapToObj(index -> String.join(" ", fleet.options(index)))
        .toList();
  }

  @Test
  void shouldNumberThemInARowFromZero() {
    assertThat(all(new LocalFleet(3, List.of(), Optional.empty())))
        .containsExactly("--ordinal 0", "--ordinal 1", "--ordinal 2");
  }

  @Test
  void shouldPutThemIntoZonesInTurnAndNumberThoseOfAZoneInARow() {
    assertThat(all(new LocalFleet(5, List.of("a", "b"), Optional.empty())))
        .containsExactly(
            "--ordinal 0 --zone a",
            "--ordinal 3 --zone b",
            "--ordinal 1 --zone a",
            "--ordinal 4 --zone b",
            "--ordinal 2 --zone a");
    assertThat(all(new LocalFleet(3, List.of("b", "a", "b"), Optional.empty())))
        .containsExactly("--ordinal 0 --zone b", "--ordinal 2 --zone a", "--ordinal 1 --zone b");
    assertThat(all(new LocalFleet(1, List.of("a", "b"), Optional.empty())))
        .containsExactly("--ordinal 0 --zone a");
  }

  @Test
  void shouldGiveThemTheAlgorithmsOfTheUser() {
    assertThat(all(new LocalFleet(2, List.of(), Optional.of(Path.of("/opt/algorithms")))))
        .containsExactly(
            "--ordinal 0 --extensions /opt/algorithms", "--ordinal 1 --extensions /opt/algorithms");
  }

  @Test
  void shouldStartThemSo() {
    Child child =
        LocalServer.onSharedAddress(1)
            .child(
                new Launcher(List.of("ballast")),
                URI.create("http://127.0.0.1:7070"),
                new DataDirectory(directory),
                new LocalFleet(2, List.of("a", "b"), Optional.of(directory)).options(1));
    assertThat(child.command())
        .startsWith("ballast", "lb", "--name", "lb-2")
        .endsWith("--ordinal", "1", "--zone", "b", "--extensions", directory.toString());
  }

  @Test
  void shouldRefuseBeforeAnythingStartsWhatTheyCouldNotStartWith() {
    var shell = new TestShell(directory);
    assertThat(shell.run("up", "--zone", "a,Zone B")).isEqualTo(2);
    assertThat(shell.err()).contains("--zone: ").contains("\"Zone B\" is not a name");
    var other = new TestShell(directory);
    assertThat(other.run("up", "--extensions", "nowhere")).isEqualTo(2);
    assertThat(other.err()).contains("--extensions ").contains("can't be read");
    assertThat(directory).isEmptyDirectory();
  }
}
