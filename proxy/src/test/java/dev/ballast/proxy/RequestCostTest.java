package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.ballast.model.AddressBlock;
import dev.ballast.model.Forwarding;
import dev.ballast.model.HeaderEdits;
import dev.ballast.model.LoadBalancer;
import dev.ballast.model.Rewrite;
import dev.ballast.model.Route;
import dev.ballast.model.RouteAction;
import dev.ballast.model.RouteMatch;
import dev.ballast.model.ValueMatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a request costs from its bytes to the bytes for the backend: read, routed, written. Times are printed. */
class RequestCostTest {
  private static final int ROUNDS = 30;
  private static final int REQUESTS = 20_000;
  private static final String REQUEST =
      HttpText.head(
          "GET /service-7/items/42?page=3 HTTP/1.1",
          "Host: www.example.test",
          "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
          "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
          "Accept-Language: en-US,en;q=0.5",
          "Accept-Encoding: gzip, deflate, br",
          "X-Forwarded-For: 192.0.2.7, 10.0.0.3",
          "X-Request-Id: 4bf92f3577b34da6a3ce929d0e0e4736",
          "Cookie: session=0123456789abcdef");

  private final RequestHead head = new RequestHead(Limits.defaults());
  private final ForwardedChain chain = new ForwardedChain(Limits.defaults());
  private final SplittableRandom random = new SplittableRandom(1);

  /** Not watched for leaks, which would be what is measured. */
  private static final ByteBufAllocator BUFFERS = new UnpooledByteBufAllocator(true, true);

  private final ByteBuf in = BUFFERS.directBuffer().writeBytes(Grammar.ascii(REQUEST));
  private final ByteBuf out = BUFFERS.directBuffer(2_048);

  private static Route plain() {
    return new Route(RouteMatch.ALL, new RouteAction.Respond(200, "text/plain", ""));
  }

  /** Conditions, a rewrite and edits: all but regular expressions. */
  private static Route full() {
    return new Route(
        Optional.empty(),
        new RouteMatch(
            Optional.empty(),
            Optional.empty(),
            Optional.of("/service-7"),
            Optional.empty(),
            List.of("GET", "HEAD"),
            List.of(new ValueMatch("accept-language", ValueMatch.How.PREFIX, "en")),
            List.of(new ValueMatch("page", ValueMatch.How.PRESENT, ""))),
        new RouteAction.Respond(200, "text/plain", ""),
        new Rewrite(Optional.of("in.test"), Optional.empty(), Optional.of("/v2"), Optional.empty()),
        new HeaderEdits(
            List.of(new HeaderEdits.Field("X-Env", "blue")), List.of(), List.of("cookie")),
        HeaderEdits.NONE,
        Optional.empty());
  }

  private static HostPlan plan(Forwarding forwarding, List<Route> routes) {
    var policy =
        new LoadBalancer.HttpPolicy(forwarding, List.of(), Optional.empty(), Optional.empty());
    var balancer =
        new LoadBalancer("web", "default", "a.test", List.of("*"), List.of(), routes).with(policy);
    var compiler =
        new RouteCompiler(
            balancer,
            "http",
            name -> {
              throw new AssertionError(name);
            },
            route -> Books.NONE);
    List<RoutePlan> plans = routes.stream().map(route -> compiler.compile(route, 1)).toList();
    return new HostPlan(List.of(RouteTable.of(plans)), compiler.unrouted());
  }

  private void serve(HostPlan plan, Origin origin) {
    Violation violation = head.read(in, in.readableBytes());
    RoutePlan route = plan.route(head);
    if (violation != null || route == null) {
      throw new AssertionError(violation);
    }
    origin.begin(head, route.policy().forwarder(), chain, random);
    RequestWriter.write(head, route.policy(), origin, out.clear());
  }

  private static Origin origin(String peer) {
    var address = new InetSocketAddress(InetAddress.ofLiteral(peer), 8080);
    return new Origin(new Peer(address, address, true));
  }

  /** Prints the time of a request in the best of some rounds; answers the bytes allocated for one in the last. */
  private double bytesAllocated(String description, HostPlan plan, Origin origin) {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    double nanos = Double.MAX_VALUE;
    double bytes = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      long start = System.nanoTime();
      for (int i = 0; i < REQUESTS; i++) {
        serve(plan, origin);
      }
      nanos = Math.min(nanos, (System.nanoTime() - start) / (double) REQUESTS);
      bytes = (threads.getCurrentThreadAllocatedBytes() - before) / (double) REQUESTS;
    }
    System.out.printf("%s: %.0f ns, %.1f B allocated%n", description, nanos, bytes);
    return bytes;
  }

  @Test
  void shouldAllocateNothingForARequest() {
    var silent = new Forwarding(List.of(), Forwarding.Style.NONE, "");
    var trusting =
        new Forwarding(
            List.of(AddressBlock.parse("10.0.0.0/8")), Forwarding.Style.BOTH, "x-request-id");
    List<Route> thousand =
        Stream.concat(
                IntStream.range(0, 1_000)
                    .mapToObj(i -> Configuration.prefix("/other-" + i, "x").match())
                    .map(match -> new Route(match, plain().action())),
                Stream.of(plain()))
            .toList();

    assertThat(
            bytesAllocated(
                "nothing but forwarded", plan(silent, List.of(plain())), origin("192.0.2.1")))
        .isLessThan(1);
    assertThat(
            bytesAllocated(
                "with X-Forwarded and id",
                plan(Forwarding.defaults(), List.of(plain())),
                origin("192.0.2.1")))
        .isLessThan(1);
    assertThat(
            bytesAllocated(
                "of 1,000 routes", plan(Forwarding.defaults(), thousand), origin("192.0.2.1")))
        .isLessThan(1);
    assertThat(
            bytesAllocated(
                "conditions, rewrite, edits, a trusted peer",
                plan(trusting, List.of(full())),
                origin("10.0.0.1")))
        .isLessThan(1);
  }
}
