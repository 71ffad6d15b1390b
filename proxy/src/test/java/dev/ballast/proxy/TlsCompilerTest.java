package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.BackendTls;
import dev.ballast.model.FleetSecrets;
import dev.ballast.model.Listener;
import dev.ballast.model.Protocol;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which contexts are made, kept and released. */
class TlsCompilerTest {
  private static final Authority CA = Authority.named("Compiler CA");
  private static final BackendTls UNKNOWN =
      new BackendTls(true, Optional.of("unknown"), Optional.empty(), Optional.empty());

  private final OpenedSecrets secrets =
      new OpenedSecrets(Optional.empty(), FleetSecrets.random(new SecureRandom()));
  private final List<TlsContext> made = new ArrayList<>();
  private final TlsCompiler compiler =
      new TlsCompiler(
          secrets.ticketKeys(),
          (how, tickets) -> {
            TlsContext context = TlsLibrary.best().server(how, tickets);
            made.add(context);
            return context;
          });

  private void begin() {
    compiler.begin(secrets::certificate, secrets.ticketKeys());
  }

  private void certificates() {
    secrets.next(
        new Configuration()
            .put(CA.issue("a.test").resource("a"))
            .put(CA.issue("b.test").resource("b"))
            .put(CA.resource("keyless"))
            .next());
  }

  private static Listener listener(String name, String... certificates) {
    return new Listener(name, 8443, Protocol.HTTPS, Optional.empty())
        .withTls(Configuration.tls(certificates));
  }

  private List<Integer> holders() {
    return made.stream().map(TlsContext::holders).toList();
  }

  @Test
  void shouldReleaseContextsThatWereMadeInVain() {
    certificates();
    begin();
    TlsCompiler.Offer offer = compiler.offer("web", listener("https", "a", "b", "keyless"));

    assertThat(offer.isServed()).isFalse();
    assertThat(holders()).as("of a and b, which the third one has spoilt").containsExactly(0, 0);
    assertThat(compiler.close()).isEmpty();
  }

  @Test
  void shouldNotReleaseContextsThatOthersUse() {
    certificates();
    begin();
    compiler.offer("web", listener("https", "a"));
    compiler.offer("other", listener("https", "a", "b", "keyless"));
    assertThat(holders()).as("a serves the first one").containsExactly(1, 0);
    assertThat(compiler.finish()).isEmpty();

    begin();
    compiler.offer("other", listener("https", "a", "keyless"));
    assertThat(holders()).as("until the snapshot that does not name it is in use").startsWith(1);
    assertThat(compiler.finish()).containsExactly(made.getFirst());
    made.getFirst().release();
  }

  @Test
  void shouldMakeOneContextForACertificateThatIsNamedTwice() {
    certificates();
    begin();
    compiler.offer("web", listener("https", "a", "a"));
    assertThat(made).hasSize(1);
    compiler.finish();
    compiler.close().forEach(TlsContext::release);
    assertThat(holders()).containsExactly(0);
  }

  @Test
  void shouldForgetWhatCouldNotBeUsedOnceNothingNamesIt() {
    begin();
    TlsCompiler.Upstream first = compiler.upstream(UNKNOWN);
    compiler.finish();
    begin();
    assertThat(compiler.upstream(UNKNOWN).tls()).isSameAs(first.tls());
    compiler.finish();
    begin();
    compiler.finish();
    begin();
    assertThat(compiler.upstream(UNKNOWN).tls()).isNotSameAs(first.tls());
    assertThat(first.trouble()).isNotNull();
  }
}
