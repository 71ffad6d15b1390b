package dev.ballast.proxy;

import dev.ballast.model.BackendTls;
import dev.ballast.model.Listener;
import dev.ballast.model.ListenerTls;
import dev.ballast.model.Protocol;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Makes of certificates what TLS connections are begun with, off the event loops. Contexts are shared by all that want the
 * same, and from snapshot to snapshot while nothing of them changes; so a new certificate makes one new context, and touches no
 * connection.
 *
 * <p>A context that nothing names any more is given back by {@link #finish}: whoever compiled releases it once no connection
 * can still be about to begin with it.
 *
 * <p>Owned by the control thread.
 */
final class TlsCompiler {
  /** Where certificates come from: opened, or with the reason why they can't be. */
  interface Materials {
    TlsMaterial find(String certificate) throws UnusableCertificate;
  }

  /** Makes a context of what a listener needs. */
  interface Maker {
    TlsContext make(ServerTls how, TicketKeys tickets) throws SSLException;
  }

  private final Maker maker;
  private Materials materials;
  private TicketKeys tickets;
  private Map<ServerTls, TlsContext> servers = new HashMap<>();
  private Map<ClientTls, Backends> backends = new HashMap<>();
  private Map<ServerTls, TlsContext> serversNamed = new HashMap<>();
  private Map<ClientTls, Backends> backendsNamed = new HashMap<>();
  private Map<String, Offered> offered = new HashMap<>();
  private Map<String, Offered> offeredNow = new HashMap<>();
  private Map<BackendTls, UpstreamTls> broken = new HashMap<>();
  private Map<BackendTls, UpstreamTls> brokenNow = new HashMap<>();

  /** What all connections to the backends of one kind share. */
  private record Backends(TlsContext context, UpstreamTls tls) {}

  TlsCompiler(TicketKeys tickets) {
    this(tickets, (how, keys) -> TlsLibrary.best().server(how, keys));
  }

  TlsCompiler(TicketKeys tickets, Maker maker) {
    this.tickets = tickets;
    this.maker = maker;
    this.materials =
        name -> {
          throw new UnusableCertificate("there is no Certificate " + name, "apply one");
        };
  }

  /** Begins with a snapshot. */
  void begin(Materials certificates, TicketKeys keys) {
    materials = certificates;
    serversNamed = new HashMap<>();
    backendsNamed = new HashMap<>();
    brokenNow = new HashMap<>();
    offeredNow = new HashMap<>();
    if (!keys.equals(tickets)) {
      tickets = keys;
      servers.values().forEach(context -> context.sealTickets(keys));
    }
  }

  /**
   * What a listener that ends TLS offers. With a certificate that can't be used it goes on with what it had; without any before,
   * it is not served.
   *
   * @param owner the name of its load balancer
   */
  Offer offer(String owner, Listener listener) {
    String key = owner + "/" + listener.name();
    var contexts = new LinkedHashMap<ServerTls, TlsContext>();
    try {
      var offer = new Offer(terms(listener, contexts), null);
      serversNamed.putAll(contexts);
      offeredNow.put(
          key,
          new Offered(offer, contexts, listener.tls().flatMap(ListenerTls::clientCertificates)));
      return offer;
    } catch (UnusableCertificate e) {
      releaseUnheld(contexts.values());
      return goOn(key, listener, e);
    }
  }

  /** Those that were made for a listener which can't be served by them after all. */
  private void releaseUnheld(Collection<TlsContext> made) {
    for (TlsContext context : made) {
      if (!servers.containsValue(context) && !serversNamed.containsValue(context)) {
        context.release();
      }
    }
  }

  /** What is asked of clients never gets laxer than it is configured: then it is rather not served. */
  private Offer goOn(String key, Listener listener, UnusableCertificate why) {
    Offered before = offered.get(key);
    var asked = listener.tls().flatMap(ListenerTls::clientCertificates);
    if (before == null || !before.asked().equals(asked)) {
      return Offer.CLEAR.withTrouble(why);
    }
    serversNamed.putAll(before.contexts());
    offeredNow.put(key, before);
    return before.offer().withTrouble(why);
  }

  /** What a listener had when all was well, and the contexts that this keeps. */
  private record Offered(
      Offer offer,
      Map<ServerTls, TlsContext> contexts,
      Optional<ListenerTls.ClientCertificates> asked) {}

  /**
   * What became of a listener's certificates.
   *
   * @param terms null if there are none to serve by
   * @param trouble null if all is well
   */
  record Offer(TlsPlan.@Nullable Terms terms, @Nullable BindFailure trouble) {
    /** Of a listener that ends no TLS. */
    static final Offer CLEAR = new Offer(null, null);

    boolean isServed() {
      return terms != null || trouble == null;
    }

    private Offer withTrouble(UnusableCertificate why) {
      String reason =
          terms == null ? why.reason() : why.reason() + "; what it had before is served on";
      return new Offer(terms, new BindFailure(reason, why.remedy()));
    }
  }

  private TlsPlan.Terms terms(Listener listener, Map<ServerTls, TlsContext> contexts)
      throws UnusableCertificate {
    ListenerTls tls = listener.tls().orElseThrow();
    var byHost = new LinkedHashMap<String, TlsContext>();
    var ends = new HashMap<String, Instant>();
    String policy = "";
    for (String name : tls.certificates()) {
      ServerTls how = serverTls(listener, tls, name);
      TlsContext shared = contexts.get(how);
      TlsContext context = shared == null ? context(name, how) : shared;
      policy = how.clientPolicy();
      contexts.put(how, context);
      ends.put(name, how.certificate().notAfter());
      how.certificate().hosts().forEach(host -> byHost.putIfAbsent(host, context));
    }
    return new TlsPlan.Terms(
        policy, HostTable.of(byHost), contexts.values().iterator().next(), ends);
  }

  private ServerTls serverTls(Listener listener, ListenerTls tls, String certificate)
      throws UnusableCertificate {
    Optional<ListenerTls.ClientCertificates> clients = tls.clientCertificates();
    return new ServerTls(
        withKey(certificate),
        tls.minVersion(),
        listener.protocol() == Protocol.HTTPS,
        clients.isEmpty() ? null : materials.find(clients.get().authority()),
        clients.isPresent() && clients.get().isRequired());
  }

  private TlsMaterial withKey(String name) throws UnusableCertificate {
    TlsMaterial material = materials.find(name);
    if (material.key() == null) {
      throw new UnusableCertificate(
          "Certificate " + name + " has no key", "apply it with its key, or name another one");
    }
    return material;
  }

  private TlsContext context(String name, ServerTls how) throws UnusableCertificate {
    TlsContext context = serversNamed.get(how);
    if (context == null) {
      context = servers.get(how);
    }
    return context == null ? made(name, how) : context;
  }

  private TlsContext made(String name, ServerTls how) throws UnusableCertificate {
    how.certificate().requirePair(name);
    try {
      return maker.make(how, tickets);
    } catch (SSLException | RuntimeException e) {
      throw unusable(name, e);
    }
  }

  private static UnusableCertificate unusable(String name, Exception cause) {
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return new UnusableCertificate(
        "Certificate " + name + " can't be used: " + root.getMessage(),
        "use an RSA or EC key and a chain that begins with its certificate");
  }

  /** The listeners were not compiled anew: what they offer stays as it is. */
  void keepServers() {
    serversNamed = servers;
    offeredNow = offered;
  }

  /**
   * TLS to the backends of a pool.
   *
   * @param trouble why no connection comes about; null if all is well
   */
  record Upstream(UpstreamTls tls, @Nullable BindFailure trouble) {}

  /** TLS to the backends of a pool. Without a usable certificate no connection comes about. */
  Upstream upstream(BackendTls tls) {
    try {
      return new Upstream(backends(tls).tls(), null);
    } catch (UnusableCertificate e) {
      UpstreamTls before = broken.get(tls);
      UpstreamTls failing =
          brokenNow.computeIfAbsent(tls, key -> before == null ? UpstreamTls.failing() : before);
      return new Upstream(failing, new BindFailure(e.reason(), e.remedy()));
    }
  }

  private Backends backends(BackendTls tls) throws UnusableCertificate {
    var how =
        new ClientTls(
            tls.isVerified(),
            found(tls.authority()),
            tls.serverName().orElse(null),
            tls.certificate().isPresent() ? withKey(tls.certificate().get()) : null);
    Backends found = backendsNamed.get(how);
    if (found == null) {
      found = backends.get(how);
    }
    if (found == null) {
      found = made(how);
    }
    backendsNamed.put(how, found);
    return found;
  }

  private @Nullable TlsMaterial found(Optional<String> name) throws UnusableCertificate {
    return name.isEmpty() ? null : materials.find(name.get());
  }

  private Backends made(ClientTls how) throws UnusableCertificate {
    TlsMaterial shown = how.certificate();
    if (shown != null) {
      shown.requirePair("for the backends");
    }
    try {
      TlsContext context = TlsLibrary.best().client(how);
      return new Backends(context, new UpstreamTls(context, how.serverName()));
    } catch (SSLException | RuntimeException e) {
      throw unusable("for the backends", e);
    }
  }

  /** All contexts: nothing is named any more. */
  List<TlsContext> close() {
    serversNamed = new HashMap<>();
    backendsNamed = new HashMap<>();
    brokenNow = new HashMap<>();
    offeredNow = new HashMap<>();
    return finish();
  }

  /** The snapshot is compiled: the contexts that it does not name. */
  List<TlsContext> finish() {
    var gone = new ArrayList<TlsContext>();
    servers.forEach(
        (how, context) -> {
          if (!serversNamed.containsKey(how)) {
            gone.add(context);
          }
        });
    backends.forEach(
        (how, shared) -> {
          if (!backendsNamed.containsKey(how)) {
            gone.add(shared.context());
          }
        });
    servers = serversNamed;
    offered = offeredNow;
    backends = backendsNamed;
    broken = brokenNow;
    return gone;
  }
}
