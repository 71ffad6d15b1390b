package dev.ballast.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Who gets certificates and keys, and who refers to them. */
class CertificateViewTest {
  private static final Sealer SEALER =
      new Sealer(DataKey.random(new SecureRandom()), new SecureRandom());
  private static final Certificate SHOWN =
      new Certificate(
          "web",
          Examples.chain(1),
          Optional.of(
              SEALER.seal(
                  new ItemKey(Kind.CERTIFICATE, "web"), "key", new Secret.Clear(new byte[9]))));
  private static final Certificate TRUSTED =
      new Certificate("ca", Examples.chain(2), Optional.empty());
  private static final FleetKeys KEYS = FleetKeys.make("default", SEALER, Examples.NOON);
  private static final LoadBalancer CLEAR = Examples.loadBalancer("web", "default", "web");
  private static final LoadBalancer SECURED = Examples.secured(CLEAR, "web");
  private static final Pool POOL = Examples.pool("web");
  private static final Pool TRUSTING = Examples.trusting(POOL, "ca");

  private static Snapshot whole(Resource... resources) {
    return Snapshot.of(
        Examples.revision(1), List.of(resources).stream().map(one -> new Item(one, 1)).toList());
  }

  private static List<ItemKey> keys(String view, Snapshot whole) {
    return new ArrayList<>(View.parse(view).select(whole).items().keySet());
  }

  private static Current current(Resource... resources) {
    var all = new ArrayList<Resource>(List.of(resources));
    all.add(new Fleet(Fleet.DEFAULT, Scaling.defaults()));
    return new Current(all);
  }

  @Test
  void shouldGiveAFleetWhatItsLoadBalancersAndPoolsNameAndItsKeys() {
    var whole =
        whole(
            SECURED,
            TRUSTING,
            SHOWN,
            TRUSTED,
            KEYS,
            new Certificate("other", Examples.chain(3), Optional.empty()),
            FleetKeys.make("edge", SEALER, Examples.NOON));

    assertThat(keys("fleet:default", whole))
        .containsExactlyInAnyOrder(
            SECURED.key(), TRUSTING.key(), SHOWN.key(), TRUSTED.key(), KEYS.key());
    assertThat(keys("fleet:edge", whole)).containsExactly(new ItemKey(Kind.FLEET_KEYS, "edge"));
  }

  @Test
  void shouldKeepSecretsFromThoseWhoNeedNone() {
    var whole = whole(SECURED, TRUSTING, SHOWN, TRUSTED, KEYS);

    assertThat(keys("dns", whole)).containsExactly(SECURED.key());
    assertThat(keys("targets", whole)).containsExactlyInAnyOrder(TRUSTING.key(), TRUSTED.key());
  }

  @Test
  void shouldGiveObserversTheCertificatesOfPoolsAsTheseNameThemAndNoLonger() {
    var targets = View.parse("targets");
    var from = whole(SECURED, POOL, SHOWN, TRUSTED);
    var change = change(from, List.of(TRUSTING), 2);
    var to = from.apply(change);
    var undo = change(to, List.of(POOL), 3);
    var back = to.apply(undo);

    assertThat(targets.narrow(from, to, change).orElseThrow().upserts())
        .extracting(Item::key)
        .containsExactlyInAnyOrder(TRUSTING.key(), TRUSTED.key());
    assertThat(targets.narrow(to, back, undo).orElseThrow().deletes())
        .containsExactly(TRUSTED.key());
  }

  @Test
  void shouldBringCertificatesIntoReachAndOutOfIt() {
    List<Resource> before = List.of(CLEAR, POOL, SHOWN, TRUSTED, KEYS);
    for (List<Resource> changed :
        List.of(List.<Resource>of(SECURED), List.<Resource>of(TRUSTING))) {
      var from = whole(before.toArray(Resource[]::new));
      var change = change(from, changed, 2);
      var to = from.apply(change);
      assertThat(narrowed(from, to, change)).isEqualTo(View.parse("fleet:default").select(to));

      var undo = change(to, List.of(changed.getFirst() instanceof Pool ? POOL : CLEAR), 3);
      var back = to.apply(undo);
      assertThat(narrowed(to, back, undo)).isEqualTo(View.parse("fleet:default").select(back));
    }
  }

  private static Change change(Snapshot from, List<Resource> upserts, long n) {
    var items = upserts.stream().map(one -> new Item(one, n)).toList();
    return new Change(Examples.revision(n), from.revision(), items, List.of());
  }

  private static Snapshot narrowed(Snapshot from, Snapshot to, Change change) {
    var view = View.parse("fleet:default");
    return view.select(from).apply(view.narrow(from, to, change).orElseThrow());
  }

  @Test
  void shouldNotDeleteACertificateInUse() {
    var state = current(SECURED, TRUSTING, SHOWN, TRUSTED);

    assertThat(refusal(() -> Planner.planDelete(SHOWN.key(), state)).named())
        .containsExactly(SECURED.key());
    assertThat(refusal(() -> Planner.planDelete(TRUSTED.key(), state)).named())
        .containsExactly(TRUSTING.key());
    assertThat(Planner.planDelete(SHOWN.key(), current(CLEAR, SHOWN)).deletes())
        .containsExactly(SHOWN.key());
  }

  private static Refused refusal(org.assertj.core.api.ThrowableAssert.ThrowingCallable deletion) {
    return catchThrowableOfType(Refused.class, deletion);
  }

  @Test
  void shouldFindNamesOfCertificatesThatAreNotThere() {
    assertThat(problems(current(SECURED, TRUSTING, TRUSTED)))
        .singleElement()
        .satisfies(
            problem ->
                assertThat(problem.path())
                    .isEqualTo("LoadBalancer web listeners[0].tls.certificates[0]"))
        .satisfies(problem -> assertThat(problem.message()).contains("no Certificate \"web\""));
    assertThat(problems(current(SECURED, TRUSTING, SHOWN)))
        .singleElement()
        .satisfies(problem -> assertThat(problem.path()).isEqualTo("Pool web tls.authority"));
  }

  @Test
  void shouldNotShowACertificateWithoutKey() {
    var secured = Examples.secured(CLEAR, "ca");

    assertThat(problems(current(secured, POOL, TRUSTED)))
        .singleElement()
        .satisfies(problem -> assertThat(problem.message()).contains("has no key"));
  }

  private static List<Problem> problems(Current state) {
    Function<Current, Validation> validation =
        current -> new Validation(current, current, Optional.empty(), Optional.empty());
    return catchThrowableOfType(InvalidInput.class, () -> validation.apply(state).check())
        .problems();
  }
}
