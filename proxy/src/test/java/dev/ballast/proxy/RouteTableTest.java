package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.HeaderEdits;
import dev.ballast.model.LoadBalancer;
import dev.ballast.model.Rewrite;
import dev.ballast.model.Route;
import dev.ballast.model.RouteAction;
import dev.ballast.model.RouteMatch;
import dev.ballast.model.ValueMatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The first route in document order that takes a request wins, however they are looked up. */
class RouteTableTest {
  private static final RouteAction ANSWER = new RouteAction.Respond(200, "text/plain", "");
  private static final String[] SEGMENTS = {"", "/", "a", "b", "ab", "c.d"};

  private static RouteTable table(List<RouteMatch> matches) {
    var balancer = new LoadBalancer("web", "default", "a.test", List.of("*"), List.of(), List.of());
    var compiler = new RouteCompiler(balancer, "http", RouteTableTest::noPool, route -> Books.NONE);
    return RouteTable.of(
        IntStream.range(0, matches.size())
            .mapToObj(i -> compiler.compile(route(i, matches.get(i)), i + 1))
            .toList());
  }

  private static PoolPlan noPool(String name) {
    throw new AssertionError("no route of this test has a pool");
  }

  private static Route route(int number, RouteMatch match) {
    return new Route(
        Optional.of("r" + number),
        match,
        ANSWER,
        Rewrite.NONE,
        HeaderEdits.NONE,
        HeaderEdits.NONE,
        Optional.empty());
  }

  private static int find(RouteTable table, RequestHead head) {
    RequestPath path = head.path();
    RoutePlan found = table.find(head, path.matched(), path.matchedStart(), path.matchedEnd());
    return found == null ? -1 : Integer.parseInt(found.name().substring(1));
  }

  @Test
  void shouldFindWhatALinearScanFinds() {
    for (long seed = 1; seed <= 300; seed++) {
      var random = new Random(seed);
      List<RouteMatch> matches = new ArrayList<>();
      for (int n = random.nextInt(30); n >= 0; n--) {
        matches.add(randomMatch(random));
      }
      RouteTable table = table(matches);
      for (int i = 0; i < 100; i++) {
        String method = random.nextBoolean() ? "GET" : "PUT";
        String path = randomPath(random);
        boolean isBlue = random.nextBoolean();
        RequestHead head =
            Heads.request(method, path + (isBlue ? "?v=1" : ""), isBlue ? "X-Env: blue" : "A: b");

        assertThat(find(table, head))
            .as("seed %s: %s %s %s in %s", seed, method, path, isBlue, matches)
            .isEqualTo(scan(matches, method, path, isBlue));
      }
    }
  }

  private static String randomPath(Random random) {
    var path = new StringBuilder("/");
    for (int n = random.nextInt(5); n > 0; n--) {
      path.append(SEGMENTS[random.nextInt(SEGMENTS.length)]);
    }
    return path.toString();
  }

  private static RouteMatch randomMatch(Random random) {
    String path = randomPath(random);
    int kind = random.nextInt(8);
    return new RouteMatch(
        Optional.empty(),
        Optional.of(path).filter(p -> kind < 3),
        Optional.of(path).filter(p -> kind >= 3 && kind < 6),
        Optional.of("/[ab]+/.*").filter(p -> kind == 6),
        random.nextInt(4) == 0 ? List.of("PUT", "POST") : List.of(),
        random.nextInt(5) == 0
            ? List.of(new ValueMatch("x-env", ValueMatch.How.EXACT, "blue"))
            : List.of(),
        random.nextInt(5) == 0
            ? List.of(new ValueMatch("v", ValueMatch.How.ABSENT, ""))
            : List.of());
  }

  private static int scan(List<RouteMatch> matches, String method, String path, boolean isBlue) {
    for (int i = 0; i < matches.size(); i++) {
      RouteMatch match = matches.get(i);
      boolean isTaken =
          match.path().map(path::equals).orElse(true)
              && match.pathPrefix().map(prefix -> RouteMatch.isUnder(prefix, path)).orElse(true)
              && match.pathRegex().map(path::matches).orElse(true)
              && (match.methods().isEmpty() || match.methods().contains(method))
              && (match.headers().isEmpty() || isBlue)
              && (match.query().isEmpty() || !isBlue);
      if (isTaken) {
        return i;
      }
    }
    return -1;
  }

  /** The figures are printed; the bound is wide, because the machine of a test may be busy. */
  @Test
  void shouldFindOneOf1000RoutesAsQuicklyAsOneOf10() {
    double[] nanos =
        Arrays.stream(new int[] {1, 10, 100, 1_000}).mapToDouble(this::nanos).toArray();
    System.out.printf(
        "a look-up in 1, 10, 100, 1,000 routes: %.0f, %.0f, %.0f, %.0f ns%n",
        nanos[0], nanos[1], nanos[2], nanos[3]);

    assertThat(nanos[3]).isLessThan(nanos[1] * 5 + 500);
  }

  private double nanos(int count) {
    List<RouteMatch> matches = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String path = "/service-" + i + "/v" + i % 3;
      boolean isExact = i % 4 == 0;
      matches.add(
          new RouteMatch(
              Optional.empty(),
              Optional.of(path + "/items/42").filter(p -> isExact),
              Optional.of(path).filter(p -> !isExact)));
    }
    RouteTable table = table(matches);
    RequestHead[] heads = new RequestHead[64];
    var random = new Random(1);
    for (int i = 0; i < heads.length; i++) {
      int route = random.nextInt(count);
      heads[i] = Heads.get("/service-" + route + "/v" + route % 3 + "/items/42");
    }
    double best = Double.MAX_VALUE;
    int found = 0;
    for (int round = 0; round < 40; round++) {
      long start = System.nanoTime();
      for (int i = 0; i < 20_000; i++) {
        found += find(table, heads[i & 63]) < 0 ? 0 : 1;
      }
      best = Math.min(best, (System.nanoTime() - start) / 20_000.0);
    }
    assertThat(found).isEqualTo(40 * 20_000);
    return best;
  }
}
