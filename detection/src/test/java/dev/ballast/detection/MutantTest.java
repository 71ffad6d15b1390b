package dev.ballast.detection;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Opcode;
import java.lang.constant.ClassDesc;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The simulation finds what it is there to find: each rule, when it is broken, breaks a schedule. */
class MutantTest {
  private static final int SCHEDULES = 600;
  private static final Consumer<CodeBuilder> NOTHING = CodeBuilder::return_;

  static Stream<Arguments> mutants() {
    return Stream.of(
        Arguments.of(
            "own pauses are not noticed",
            Scenario.PAUSES,
            Mutant.withBody(OwnPauses.class, "turn", code -> code.aconst_null().areturn())),
        Arguments.of(
            "own pauses are not discounted",
            Scenario.PAUSES,
            Mutant.withBody(Watch.class, "discount", NOTHING)),
        Arguments.of(
            "one unanswered probe is enough",
            Scenario.PAUSES,
            Mutant.withInstead(
                Accrual.class,
                "silenceConvictsAt",
                Map.of(
                    Opcode.ICONST_3,
                    CodeBuilder::iconst_1,
                    Opcode.ICONST_2,
                    CodeBuilder::iconst_0))),
        Arguments.of(
            "there is no brake",
            Scenario.CUT,
            Mutant.withBody(
                MassBrake.class,
                "rule",
                code -> {
                  ClassDesc ruling = ClassDesc.of(Ruling.class.getName());
                  code.getstatic(ruling, "CONVICT", ruling).areturn();
                })),
        Arguments.of(
            "the brake never lets go",
            Scenario.CUT,
            Mutant.withBody(
                MassBrake.class,
                "rule",
                code -> {
                  ClassDesc ruling = ClassDesc.of(Ruling.class.getName());
                  code.getstatic(ruling, "HOLD", ruling).areturn();
                })),
        Arguments.of(
            "a suspect is asked no more often",
            Scenario.DEATHS,
            Mutant.withBody(Accrual.class, "isSuspect", code -> code.iconst_0().ireturn())),
        Arguments.of(
            "a wrong answer is not confirmed at once",
            Scenario.DEATHS,
            Mutant.withBody(Watch.class, "isProofWanted", code -> code.iconst_0().ireturn())),
        Arguments.of(
            "stale writers are not fenced",
            Scenario.EVERYTHING,
            Mutant.withBody(World.class, "isStale", code -> code.iconst_0().ireturn())));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("mutants")
  void shouldFindABrokenRule(String rule, Scenario scenario, Mutant mutant)
      throws ReflectiveOperationException {
    String found = "";
    for (long seed = 1; seed <= SCHEDULES && found.isEmpty(); seed++) {
      found = mutant.complaint(scenario, seed);
    }
    assertThat(found).as(rule).isNotEmpty();
  }
}
