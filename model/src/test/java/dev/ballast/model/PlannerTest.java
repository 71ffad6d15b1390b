package dev.ballast.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PlannerTest {

  private static Plan plan(String documents, Current current) {
    return Planner.plan(Examples.yaml(documents), current, ApplyOptions.NONE);
  }

  private static Plan pruned(String documents, Current current) {
    return Planner.plan(Examples.yaml(documents), current, new ApplyOptions(false, true, true));
  }

  @Test
  void shouldCreateWhatIsNew() {
    var plan = plan(Examples.WEB, Examples.empty());

    assertThat(plan.upserts()).hasSize(6);
    assertThat(plan.edits()).extracting(Edit::action).containsOnly(Edit.Action.CREATED);
    assertThat(plan.warnings()).isEmpty();
  }

  @Test
  void shouldWriteWhatIsReferredToBeforeWhatRefersToIt() {
    var kinds =
        plan(Examples.WEB, Examples.empty()).upserts().stream().map(Resource::kind).toList();

    assertThat(kinds).isSorted();
    assertThat(kinds).startsWith(Kind.POOL).endsWith(Kind.LOAD_BALANCER);
  }

  @Test
  void shouldPlanNothingForWhatIsThereAlready() {
    assertThat(plan(Examples.WEB, Examples.after(Examples.WEB)).isEmpty()).isTrue();
  }

  @Test
  void shouldChangeOneBackendOfAPool() {
    var plan = plan(Examples.WEB.replace("weight: 3", "weight: 5"), Examples.after(Examples.WEB));

    assertThat(plan.edits())
        .containsExactly(
            new Edit(
                ItemKey.backend("web", "b1"),
                Edit.Action.CHANGED,
                List.of(new Edit.FieldEdit("weight", "3", "5"))));
  }

  @Test
  void shouldTellListenersApartByName() {
    var plan = plan(Examples.WEB.replace("port: 6380", "port: 6381"), Examples.after(Examples.WEB));

    assertThat(plan.edits().getFirst().fields())
        .containsExactly(new Edit.FieldEdit("listeners[cache].port", "6380", "6381"));
  }

  @Test
  void shouldDeleteABackendThatTheCompleteListLeavesOut() {
    var plan =
        plan(
            "kind: Pool\nname: web\nbackends: [{name: b2, address: \"b2.internal:8080\"}]",
            Examples.after(Examples.WEB));

    assertThat(plan.deletes()).containsExactly(ItemKey.backend("web", "b1"));
  }

  @Test
  void shouldLeaveBackendsAloneWhenThePoolDoesNotListThem() {
    assertThat(plan("kind: Pool\nname: web", Examples.after(Examples.WEB)).deletes()).isEmpty();
  }

  @Test
  void shouldKeepWhatIsNotNamedUnlessPruning() {
    String pools = "kind: Pool\nname: api";

    assertThat(plan(pools, Examples.after(Examples.WEB)).deletes()).isEmpty();
    assertThat(pruned(pools, Examples.after(Examples.WEB)).deletes())
        .extracting(ItemKey::toString)
        .containsExactlyInAnyOrder(
            "LoadBalancer web", "Pool web", "Pool cache", "Backend web/b1", "Backend web/b2");
  }

  static Stream<Arguments> invalidStates() {
    String other =
        "kind: LoadBalancer\nname: b\ndomain: b.test\nhosts: [%s]\nlisteners:\n  - {name: x, port: %d, protocol: %s}";
    return Stream.of(
        Arguments.of(
            "a dangling pool",
            Examples.WEB.replace("- {pool: web}", "- {pool: wep}"),
            9,
            "routes[1].pool",
            "did you mean \"web\"?"),
        Arguments.of(
            "a dangling pool of a listener",
            Examples.WEB.replace("pool: cache}", "pool: gone}"),
            6,
            "listeners[1].pool",
            "there is no Pool \"gone\""),
        Arguments.of(
            "a dangling fleet",
            Examples.WEB.replace("domain:", "fleet: west\ndomain:"),
            3,
            "fleet",
            "there is no Fleet"),
        Arguments.of(
            "a port twice",
            Examples.WEB.replace("6380", "8080"),
            6,
            "listeners[1].port",
            "has port 8080 too"),
        Arguments.of(
            "a listener name twice",
            Examples.WEB.replace("name: cache, port", "name: http, port"),
            6,
            "listeners[1].name",
            "two listeners"),
        Arguments.of(
            "a backend without its pool",
            Examples.WEB + "---\nkind: Backend\npool: wab\nname: x\naddress: h:1",
            26,
            "pool",
            "did you mean \"web\"?"),
        Arguments.of(
            "a host and port taken",
            Examples.WEB + "---\n" + other.formatted("web.example.test", 8080, "http"),
            28,
            "hosts",
            "LoadBalancer web already"),
        Arguments.of(
            "a port of another protocol",
            Examples.WEB + "---\n" + other.formatted("b.test", 6380, "http"),
            30,
            "listeners[0].port",
            "only http listeners share a port with http ones"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("invalidStates")
  void shouldRefuseAnInvalidState(String what, String yaml, int line, String path, String message) {
    var refusal = catchThrowableOfType(InvalidInput.class, () -> plan(yaml, Examples.empty()));

    assertThat(refusal).as(what).isNotNull();
    var problem = refusal.problems().getFirst();
    assertThat(problem.message()).contains(message);
    assertThat(problem.path()).isEqualTo(path);
    assertThat(problem.line()).isEqualTo(line);
  }

  @Test
  void shouldLetLoadBalancersShareAPortByHost() {
    String other =
        "---\nkind: LoadBalancer\nname: b\ndomain: b.test\nlisteners: [{name: x, port: 8080, protocol: http}]\nroutes: [{pool: web}]";

    assertThat(plan(Examples.WEB + other, Examples.empty()).warnings()).isEmpty();
  }

  @Test
  void shouldBlameTheDocumentNotTheStoredOne() {
    String other =
        "kind: LoadBalancer\nname: a\ndomain: a.test\nhosts: [web.example.test]\nlisteners: [{name: x, port: 8080, protocol: http}]";

    var refusal =
        catchThrowableOfType(InvalidInput.class, () -> plan(other, Examples.after(Examples.WEB)));

    assertThat(refusal)
        .hasMessageContaining("document 1, line 4, hosts")
        .hasMessageContaining("LoadBalancer web");
  }

  @Test
  void shouldWarnOfARouteThatIsNeverReached() {
    var plan =
        plan(
            Examples.WEB.replace("{match: {pathPrefix: /api}, pool: api}", "{pool: api}"),
            Examples.empty());

    assertThat(plan.warnings()).hasSize(1);
    assertThat(plan.warnings().getFirst().toString())
        .contains("routes[1]")
        .contains("never reached");
  }

  @Test
  void shouldRefuseToEmptyAPool() {
    var refusal =
        catchThrowableOfType(
            Refused.class,
            () -> plan("kind: Pool\nname: web\nbackends: []", Examples.after(Examples.WEB)));

    assertThat(refusal.reason()).isEqualTo(Refused.Reason.MASS_REMOVAL);
    assertThat(refusal).hasMessageContaining("2 of 2 backends of Pool web: b1, b2");
    assertThat(refusal.named())
        .containsExactly(ItemKey.backend("web", "b1"), ItemKey.backend("web", "b2"));
  }

  @Test
  void shouldRefuseToRemoveMoreThanHalfOfTheListeners() {
    String without =
        "kind: LoadBalancer\nname: web\ndomain: web.example.test\nroutes: [{pool: web}]\nlisteners: []";

    var refusal =
        catchThrowableOfType(Refused.class, () -> plan(without, Examples.after(Examples.WEB)));

    assertThat(refusal).hasMessageContaining("2 of 2 listeners of LoadBalancer web: http, cache");
  }

  @Test
  void shouldRemoveMuchWhenThatIsMeant() {
    var plan =
        Planner.plan(
            Examples.yaml("kind: Pool\nname: web\nbackends: []"),
            Examples.after(Examples.WEB),
            new ApplyOptions(false, false, true));

    assertThat(plan.deletes()).hasSize(2);
  }

  @Test
  void shouldAllowTheRemovalOfHalfOfTheBackends() {
    var plan =
        plan(
            "kind: Pool\nname: web\nbackends: [{name: b1, address: \"10.0.0.1:8080\"}]",
            Examples.after(Examples.WEB));

    assertThat(plan.deletes()).containsExactly(ItemKey.backend("web", "b2"));
  }

  @Test
  void shouldRefuseToDeleteAPoolThatIsInUse() {
    var refusal =
        catchThrowableOfType(
            Refused.class,
            () -> Planner.planDelete(new ItemKey(Kind.POOL, "api"), Examples.after(Examples.WEB)));

    assertThat(refusal.reason()).isEqualTo(Refused.Reason.STILL_REFERENCED);
    assertThat(refusal.named()).containsExactly(new ItemKey(Kind.LOAD_BALANCER, "web"));
  }

  @Test
  void shouldDeleteThePoolTogetherWithItsBackends() {
    var current =
        new ArrayList<Resource>(List.of(Examples.pool("p"), Examples.backend("p", "b", 1)));

    var plan = Planner.planDelete(new ItemKey(Kind.POOL, "p"), new Current(current));

    assertThat(plan.deletes())
        .containsExactly(new ItemKey(Kind.POOL, "p"), ItemKey.backend("p", "b"));
  }

  @Test
  void shouldNeverDeleteTheDefaultFleet() {
    var refusal =
        catchThrowableOfType(
            Refused.class,
            () -> Planner.planDelete(new ItemKey(Kind.FLEET, "default"), Examples.empty()));

    assertThat(refusal.reason()).isEqualTo(Refused.Reason.PROTECTED);
  }
}
