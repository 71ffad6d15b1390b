package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.Documents;
import dev.ballast.model.Resource;
import dev.ballast.model.Revision;
import dev.ballast.model.Snapshot;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResourceTablesTest {
  private static final ResourceTables TABLES =
      new ResourceTables(
          new Configuration(Snapshot.of(Revision.parse("00000000.0"), List.of()), Instant.EPOCH));

  private static String table(KindWord kind, String document) {
    List<Resource> resources =
        List.copyOf(
            Documents.parse(document.getBytes(StandardCharsets.UTF_8), Documents.Format.YAML)
                .resources());
    return TABLES.of(kind, resources).render(false);
  }

  @Test
  void shouldCountRoutesByWhatTheyDo() {
    String document =
        """
        kind: LoadBalancer
        name: web
        domain: web.test
        listeners:
          - {name: s, port: 443, protocol: https, tls: {certificates: [c]}}
          - {name: p, port: 444, protocol: tls-passthrough, sni: [{host: a.test, pool: d}]}
        routes:
          - {match: {path: /a}, redirect: {path: /b}}
          - {match: {path: /c}, respond: {status: 204}}
          - {match: {path: /d}, pool: a}
          - {match: {path: /e}, pool: a}
          - {split: [{pool: b}, {pool: c}]}
        """;

    assertThat(table(KindWord.LOAD_BALANCERS, document))
        .isEqualTo(
            """
            NAME  FLEET    DOMAIN    HOSTS     LISTENERS                      ROUTES                                  POOLS
            web   default  web.test  web.test  https:443,tls-passthrough:444  2 pool, 1 redirect, 1 respond, 1 split  a,b,c,d
            """);
  }

  @Test
  void shouldShowHowBackendsAreSpokenTo() {
    String document =
        """
        kind: Pool
        name: a
        ---
        kind: Pool
        name: b
        tls: {}
        proxyProtocol: v2
        ---
        kind: Pool
        name: c
        tls: {verify: false}
        """;

    assertThat(table(KindWord.POOLS, document).lines().map(String::strip))
        .anyMatch(line -> line.startsWith("a ") && line.endsWith("in clear"))
        .anyMatch(line -> line.startsWith("b ") && line.endsWith("by tls, PROXY v2"))
        .anyMatch(line -> line.startsWith("c ") && line.endsWith("by unverified tls"));
  }
}
