package dev.ballast.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

class SvgChartTest {
  @Test
  void shouldMarkAxesWithRoundNumbers() {
    assertThat(Ticks.linear(0, 97).marks()).containsExactly(0.0, 20.0, 40.0, 60.0, 80.0, 100.0);
    assertThat(Ticks.linear(0.9, 1.6).marks()).startsWith(0.8).endsWith(1.6);
    assertThat(Ticks.logarithmic(0.3, 4_000).marks())
        .containsExactly(0.1, 1.0, 10.0, 100.0, 1_000.0, 10_000.0);
    assertThat(Ticks.logarithmic(2, 90).marks())
        .containsExactly(1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0);
  }

  @Test
  void shouldHaveAnAxisForOneValueToo() {
    assertThat(Ticks.linear(0, 0).most()).isGreaterThan(0);
    assertThat(Ticks.linear(5, 5))
        .satisfies(ticks -> assertThat(ticks.place(5)).isBetween(0.0, 1.0));
    assertThat(Ticks.logarithmic(10, 10).most()).isEqualTo(100);
  }

  @Test
  void shouldWriteMarksShort() {
    assertThat(List.of(0.0, 0.25, 20.0, 1_000.0, 2e6, 1e-5).stream().map(Ticks::text))
        .containsExactly("0", "0.25", "20", "1000", "2e+06", "1e-05");
  }

  @Test
  void shouldPutPointsWhereTheyBelong() throws Exception {
    Document svg =
        parsed(
            SvgChart.ofLines("a < b & c", "x", "y")
                .line("one", new double[] {0, 5, 10}, new double[] {0, 50, 100})
                .line("other", new double[] {0, 10}, new double[] {Double.NaN, 10})
                .svg());
    var lines = svg.getElementsByTagName("polyline");
    assertThat(lines.getLength()).isEqualTo(2);
    assertThat(((Element) lines.item(0)).getAttribute("points"))
        .isEqualTo("80.0,415.0 350.0,232.5 620.0,50.0");
    assertThat(((Element) lines.item(1)).getAttribute("points")).isEqualTo("620.0,378.5");
    assertThat(svg.getElementsByTagName("text").item(0).getTextContent()).isEqualTo("a < b & c");
    assertThat(svg.getDocumentElement().getTextContent()).contains("one", "other", "100");
  }

  @Test
  void shouldDrawBarsFromTheBaseToTheValue() throws Exception {
    Document svg =
        parsed(SvgChart.ofBars("bars", "ms", List.of("p50", "p99")).bars("one", 50, 100).svg());
    var rectangles = svg.getElementsByTagName("rect");
    assertThat(rectangles.getLength()).as("the background, and two bars").isEqualTo(3);
    assertThat(((Element) rectangles.item(1)).getAttribute("height")).isEqualTo("182.5");
    assertThat(((Element) rectangles.item(2)).getAttribute("y")).isEqualTo("50.0");
  }

  @Test
  void shouldRefuseSeriesThatDoNotFit() {
    assertThatThrownBy(() -> SvgChart.ofBars("", "", List.of("a")).bars("b", 1, 2))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SvgChart.ofLines("", "", "").line("b", new double[1], new double[2]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Document parsed(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(svg)));
  }
}
