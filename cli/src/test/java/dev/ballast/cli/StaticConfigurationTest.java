package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ballast.model.ItemKey;
import dev.ballast.model.Kind;
import dev.ballast.model.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Documents as the whole configuration of an LB server. */
class StaticConfigurationTest {
  private static final String BALANCER =
      """
      kind: LoadBalancer
      name: web
      domain: web.test
      listeners:
      - {name: http, port: 8080, protocol: http}
      routes:
      - {pool: web}
      """;
  private static final String POOL =
      """
      ---
      kind: Pool
      name: web
      backends:
      - {name: b1, address: "10.0.0.1:80", weight: 1}
      """;

  @TempDir Path directory;
  private final StaticConfiguration configuration =
      new StaticConfiguration("default", "1234567890abcdef", InstantSource.system());

  private StaticConfiguration.Loaded load(String text)
      throws IOException, StaticConfiguration.Rejected {
    Files.writeString(directory.resolve("web.yaml"), text);
    return configuration.load(DocumentInput.read(new TestShell(directory).shell(), "web.yaml"));
  }

  @Test
  void shouldCountItsConfigurations() throws Exception {
    assertThat(load(BALANCER + POOL).snapshot().revision()).hasToString("90abcdef.1");
    assertThat(load(BALANCER + POOL).snapshot().revision()).hasToString("90abcdef.2");
  }

  @Test
  void shouldKeepTheItemsThatDidNotChange() throws Exception {
    Snapshot before = load(BALANCER + POOL).snapshot();
    Snapshot after = load(BALANCER + POOL.replace("weight: 1", "weight: 2")).snapshot();

    var balancer = new ItemKey(Kind.LOAD_BALANCER, "web");
    assertThat(after.find(balancer).orElseThrow()).isSameAs(before.find(balancer).orElseThrow());
    assertThat(after.find(ItemKey.backend("web", "b1")).orElseThrow().revision()).isEqualTo(2);
  }

  @Test
  void shouldServeTheFleetOfItsOwnWithoutAFleetDocument() throws Exception {
    String other = BALANCER.replace("name: web\n", "name: other\nfleet: edge\n") + POOL;
    assertThatThrownBy(() -> load(other)).hasMessageContaining("there is no Fleet \"edge\"");

    Files.writeString(directory.resolve("edge.yaml"), other);
    var ofEdge = new StaticConfiguration("edge", "1", InstantSource.system());
    assertThat(
            ofEdge
                .load(DocumentInput.read(new TestShell(directory).shell(), "edge.yaml"))
                .snapshot()
                .loadBalancers())
        .hasSize(1);
  }

  @Test
  void shouldNameEveryMistakeWithItsPlace() {
    assertThatThrownBy(() -> load(BALANCER.replace("port: 8080", "prot: 8080") + POOL))
        .isInstanceOf(StaticConfiguration.Rejected.class)
        .hasMessageContaining("web.yaml:5: listeners[0].prot: ")
        .hasMessageContaining("did you mean \"port\"?");
    assertThatThrownBy(() -> load(BALANCER.replace("pool: web", "pool: wbe") + POOL))
        .hasMessageContaining("web.yaml:7: routes[0].pool: there is no Pool \"wbe\"");
  }

  @Test
  void shouldGoOnFromTheLastGoodOne() throws Exception {
    load(BALANCER + POOL);
    assertThatThrownBy(() -> load("kind: Pol")).isInstanceOf(StaticConfiguration.Rejected.class);
    assertThat(load(BALANCER + POOL).snapshot().revision().n()).isEqualTo(2);
  }

  @Test
  void shouldNotTakeDocumentsWithoutALoadBalancer() {
    assertThatThrownBy(() -> load(POOL))
        .isInstanceOf(StaticConfiguration.Rejected.class)
        .hasMessageContaining("there is no LoadBalancer of the fleet \"default\"");
    assertThatThrownBy(() -> load("")).isInstanceOf(StaticConfiguration.Rejected.class);
  }

  @Test
  void shouldPassOnWarnings() throws Exception {
    assertThat(
            load(BALANCER.replace("- {pool: web}", "- {pool: web}\n- {pool: web}") + POOL)
                .warnings())
        .singleElement()
        .asString()
        .startsWith("web.yaml:8: routes[1]: is never reached");
  }
}
