package dev.ballast.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The house rules that show in the text of the sources only, of every module. */
class SourceTest {
  private static final int LINES_AT_MOST = 450;
  private static final Pattern SLEEP =
      Pattern.compile("\\bThread\\.sleep\\(|\\bSECONDS\\.sleep\\(");
  private static final Pattern SKIP =
      Pattern.compile("@(Disabled|Enabled)\\w*\\b|\\bassume(True|That|False)\\(");
  private static final Pattern MOCK =
      Pattern.compile("import [\\w. ]*\\b(mockito|easymock|jmockit)\\b");
  private static final Pattern LATER = Pattern.compile("\\b(TODO|FIXME|XXX)\\b");

  private record Source(Path path, List<String> lines) {
    boolean isTest() {
      return path.toString().contains("/src/test/");
    }

    Stream<String> matching(Pattern pattern) {
      return lines.stream()
          .filter(line -> pattern.matcher(line).find())
          .map(line -> path.getFileName() + ": " + line.strip());
    }
  }

  private static final List<Source> SOURCES = read();

  @Test
  void shouldSplitLongFilesByMeaning() {
    assertThat(
            SOURCES.stream()
                .filter(source -> source.lines().size() > LINES_AT_MOST)
                .map(source -> source.path() + " has " + source.lines().size() + " lines"))
        .as("files of more than " + LINES_AT_MOST + " lines")
        .isEmpty();
  }

  @Test
  void shouldWaitInsteadOfSleepingInTests() {
    assertThat(found(Source::isTest, SLEEP))
        .as("a bounded await takes as long as it must")
        .isEmpty();
  }

  @Test
  void shouldSkipNoTest() {
    assertThat(found(Source::isTest, SKIP)).as("a skipped test has tested nothing").isEmpty();
  }

  @Test
  void shouldUseNoMocks() {
    assertThat(found(Source::isTest, MOCK)).as("fakes over mocks").isEmpty();
  }

  @Test
  void shouldLeaveNothingForLater() {
    assertThat(found(_ -> true, LATER)).as("what is missing is an issue, not a comment").isEmpty();
  }

  private static List<String> found(Predicate<Source> which, Pattern pattern) {
    return SOURCES.stream()
        .filter(which)
        .filter(source -> !source.path().endsWith("SourceTest.java"))
        .flatMap(source -> source.matching(pattern))
        .toList();
  }

  private static List<Source> read() {
    var sources = new ArrayList<Source>();
    try (Stream<Path> modules = Files.list(Installation.ROOT)) {
      for (Path module : modules.filter(path -> Files.exists(path.resolve("pom.xml"))).toList()) {
        sources.addAll(readBelow(module.resolve("src")));
      }
    } catch (IOException failure) {
      throw new java.io.UncheckedIOException(failure);
    }
    assertThat(sources).as("sources below " + Installation.ROOT).hasSizeGreaterThan(50);
    return sources;
  }

  private static List<Source> readBelow(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return List.of();
    }
    var sources = new ArrayList<Source>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        sources.add(new Source(file, Files.readAllLines(file)));
      }
    }
    return sources;
  }
}
