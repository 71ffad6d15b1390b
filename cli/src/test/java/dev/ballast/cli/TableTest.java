package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TableTest {
  @Test
  void shouldAlignColumnsAndLeaveNothingBehindTheLast() {
    String text =
        Table.of("NAME", "WEIGHT", "ZONE").row("web/b1", 3, "a").row("b", 10, "").render(false);
    assertThat(text)
        .isEqualTo(
            """
            NAME    WEIGHT  ZONE
            web/b1  3       a
            b       10
            """);
  }

  @Test
  void shouldPaintWithoutMovingColumns() {
    String text = Table.of("A", "B").row(new Table.Cell("ok", Colour.GREEN), "x").render(true);
    assertThat(text).contains("\u001b[32mok\u001b[0m  x").contains("\u001b[1mA\u001b[0m   ");
  }

  @Test
  void shouldNotPaintWhereNobodyLooks() {
    assertThat(Table.of("A").row(new Table.Cell("ok", Colour.GREEN)).render(false))
        .doesNotContain("\u001b");
  }

  @Test
  void shouldIndentATableWithoutHeadings() {
    assertThat(Table.withoutHeadings(2, "  ").row("a", "b").render(false)).isEqualTo("  a  b\n");
  }

  @Test
  void shouldRefuseARowOfAnotherWidth() {
    assertThatThrownBy(() -> Table.of("A", "B").row("one"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
