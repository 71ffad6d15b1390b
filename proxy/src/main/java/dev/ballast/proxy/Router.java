package dev.ballast.proxy;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Decides what becomes of a request whose head was read: which route it takes, and so whether it goes to a pool or is answered
 * here. Reads the snapshot in use, once for each request, and keeps nothing of it. Owned by one event loop.
 */
final class Router {
  private final Loop loop;

  Router(Loop loop) {
    this.loop = loop;
  }

  /** Routes a request by the snapshot in use, which is read here and nowhere else. */
  void route(ClientConnection client, RequestHead head, int headLength, long nowNanos) {
    loop.count(Counter.REQUESTS);
    PortPlan served = client.port().plan();
    PortPlan.Http plan = served.http();
    if (isMisdirected(served, client.peer().tls(), head)) {
      client.account().begin(plan.refused(), head, null, nowNanos);
      refuse(client, Fault.MISDIRECTED, "", head, nowNanos);
      return;
    }
    HostPlan host = plan.host(head);
    if (host == null) {
      client.account().begin(plan.refused(), head, null, nowNanos);
      refuse(client, Fault.NO_HOST, "it serves " + plan.servedHosts(), head, nowNanos);
      return;
    }
    RoutePlan route = host.route(head);
    boolean isSure = !head.path().isAmbiguous() || host.isRoutedAlike(head, route);
    RoutePolicy policy = route == null ? host.policy() : route.policy();
    enter(client, policy, head, nowNanos);
    if (!isSure) {
      refuse(client, Violation.PATH_AMBIGUOUS, head, nowNanos);
    } else if (route == null) {
      refuse(client, Fault.NO_ROUTE, "", head, nowNanos);
    } else if (head.framing().length() > policy.maxBodyBytes()) {
      refuse(client, Violation.BODY_TOO_LARGE, head, nowNanos);
    } else {
      serve(client, route, head, headLength, nowNanos);
    }
  }

  /** Whether the connection was begun for a name that does not vouch for the request's host. */
  private static boolean isMisdirected(
      PortPlan served, @Nullable TlsSession tls, RequestHead head) {
    return tls != null
        && served instanceof PortPlan.Https secured
        && !secured
            .tls()
            .isServed(tls.serverName(), head.bytes(), head.host().start(), head.host().end());
  }

  /** Finds out on whose behalf the request is, and under which id it goes. */
  private void enter(ClientConnection client, RoutePolicy policy, RequestHead head, long nowNanos) {
    client.serveBy(policy);
    Origin origin = client.origin();
    origin.begin(head, policy.forwarder(), loop.forwardedChain(), loop.random());
    if (origin.isCut()) {
      loop.count(Counter.FORWARDED_CHAINS_CUT);
    }
    client.account().begin(policy.books(), head, origin, nowNanos);
  }

  private void serve(
      ClientConnection client, RoutePlan route, RequestHead head, int headLength, long nowNanos) {
    switch (route.target()) {
      case RouteTarget.ToPool(PoolPlan pool) ->
          client.begin(head, headLength, route.policy(), pool, nowNanos);
      case RouteTarget.Split split ->
          client.begin(head, headLength, route.policy(), split.draw(loop.random()), nowNanos);
      case RouteTarget.Answered(RouteAnswer answer) ->
          answer(client, answer, route.policy(), head, nowNanos);
    }
  }

  private void answer(
      ClientConnection client,
      RouteAnswer answer,
      RoutePolicy policy,
      RequestHead head,
      long nowNanos) {
    loop.count(Counter.ofAnswer(answer.status()));
    boolean isKept = mayGoOn(head) && client.mayPersist();
    Persistence persistence = Persistence.of(isKept, head.isHttp10());
    ByteBuf written =
        OwnAnswer.of(client.buffers(), answer, policy, client.origin(), head, persistence);
    client.account().answeredByUs(answer.status(), null, written, nowNanos);
    client.send(written, isKept, nowNanos);
  }

  private void refuse(
      ClientConnection client, Fault fault, String detail, RequestHead head, long nowNanos) {
    loop.count(fault);
    client.answer(
        fault, detail, mayGoOn(head), head.method() == Method.HEAD, head.isHttp10(), nowNanos);
  }

  /** Its body, if it has one, is not looked at any more. */
  private void refuse(
      ClientConnection client, Violation violation, RequestHead head, long nowNanos) {
    loop.refusedRequests().increment(violation);
    client.answer(violation, "", false, head.method() == Method.HEAD, head.isHttp10(), nowNanos);
  }

  /** Whether the connection may go on although nobody reads the request's body. */
  private static boolean mayGoOn(RequestHead head) {
    return head.keepsAlive() && head.bodyFraming() == BodyFraming.NONE;
  }
}
