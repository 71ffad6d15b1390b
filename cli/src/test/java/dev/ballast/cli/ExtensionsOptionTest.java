package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ballast.balancing.Balancer;
import dev.ballast.balancing.Extensions;
import dev.ballast.balancing.Loads;
import dev.ballast.balancing.Member;
import dev.ballast.balancing.Tried;
import dev.ballast.model.Algorithm;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of docs/own-algorithm.md, as it stands there. */
class ExtensionsOptionTest {
  private static final Path PAGE = Path.of("..", "docs", "own-algorithm.md");
  private static final Pattern CODE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final String SERVICES = "META-INF/services/dev.ballast.balancing.BalancerFactory";
  private static final List<Member> MEMBERS = List.of(new Member("a", 1), new Member("b", 1));

  @TempDir private Path directory;

  private Path compiled() throws IOException {
    var code = CODE.matcher(Files.readString(PAGE));
    assertThat(code.find()).isTrue();
    Path source = Files.writeString(directory.resolve("FillUp.java"), code.group(1));
    int result =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-proc:none", "-d", directory.toString(), source.toString());
    assertThat(result).isZero();
    return directory.resolve("com/example/FillUp.class");
  }

  private void jar(String name, Map<String, byte[]> entries) throws IOException {
    try (OutputStream file = Files.newOutputStream(directory.resolve(name));
        var jar = new JarOutputStream(file)) {
      for (var entry : entries.entrySet()) {
        jar.putNextEntry(new JarEntry(entry.getKey()));
        jar.write(entry.getValue());
      }
    }
  }

  private static Algorithm.Custom fillUp(String most) {
    return new Algorithm.Custom("fill-up", Optional.empty(), new TreeMap<>(Map.of("most", most)));
  }

  @Test
  void shouldPickAsTheExampleSays() throws IOException {
    byte[] compiled = Files.readAllBytes(compiled());
    byte[] service = "com.example.FillUp\n".getBytes(StandardCharsets.UTF_8);
    jar("fill-up.jar", Map.of("com/example/FillUp.class", compiled, SERVICES, service));

    Extensions found = ExtensionsOption.find(directory);

    assertThat(found.names()).containsExactly("fill-up");
    Balancer balancer = found.build(fillUp("3"), MEMBERS, 0);
    int[] inFlight = {2, 0};
    Loads loads = Loads.of(2, index -> inFlight[index]);
    assertThat(balancer.pick(0, Tried.NONE, loads)).isZero();
    inFlight[0] = 3;
    assertThat(balancer.pick(1, Tried.NONE, loads)).isEqualTo(1);
    inFlight[1] = 5;
    assertThat(balancer.pick(2, Tried.NONE, loads)).isZero();
    assertThatThrownBy(() -> found.build(fillUp("three"), MEMBERS, 0))
        .hasMessageContaining("algorithm fill-up refuses")
        .hasMessageContaining("most is a number, not \"three\"");

    jar("same.jar", Map.of("com/example/FillUp.class", compiled, SERVICES, service));
    assertThat(ExtensionsOption.find(directory).names())
        .as("the class itself is there once")
        .containsExactly("fill-up");
  }

  @Test
  void shouldRefuseWhatItCannotLoad() throws IOException {
    jar("broken.jar", Map.of(SERVICES, "com.example.Missing\n".getBytes(StandardCharsets.UTF_8)));

    assertThatThrownBy(() -> ExtensionsOption.find(directory))
        .isInstanceOf(CommandFailed.class)
        .hasMessageContaining("com.example.Missing");
    assertThatThrownBy(() -> ExtensionsOption.find(directory.resolve("none")))
        .isInstanceOf(CommandFailed.class)
        .hasMessageContaining("none can't be read");
  }
}
