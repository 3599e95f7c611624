// Draws charts from facts that stand on the page as JSON; the same facts stand in a table beside each chart.
//
//   <div class="chart-box" data-chart="flow-data" role="img" aria-label="One sentence with the figures"></div>
//   {{ flow|json_script:"flow-data" }}
//
// The facts: {"kind": "area" | "line" | "bar", "stacked": true, "x": ["11 Nov", ...], "unit": "min",
//   "series": [{"name": "Havnvik", "role": "us", "values": [29, ...]}, ...],
//   "rest": [[2, 4], ...] (spans of x that are no working days), "marks": [{"x": 9, "text": "update 4.2 went out"}]}
// role: us, client, customer, in, out, kept, missed, plain. null in values is a gap. Colours come from the style sheets.
(() => {
  "use strict";
  const ROLES = {
    us: "--chart-us",
    client: "--client",
    customer: "--chart-customer",
    in: "--chart-in",
    out: "--chart-out",
    kept: "--chart-kept",
    missed: "--chart-missed",
    plain: "--accent",
  };
  const EDGES = { us: "--chart-us-edge", customer: "--line-strong" };
  const drawn = new Map();

  // A custom property may hold light-dark(); only a real property gives the colour of this moment.
  function colour(box, name) {
    const probe = document.createElement("span");
    probe.style.color = `var(${name})`;
    box.append(probe);
    const value = getComputedStyle(probe).color;
    probe.remove();
    return value;
  }

  function series(box, facts, each, index) {
    const fill = colour(box, ROLES[each.role] || ROLES.plain);
    const edge = EDGES[each.role] ? colour(box, EDGES[each.role]) : fill;
    const bar = facts.kind === "bar";
    return {
      name: each.name,
      type: bar ? "bar" : "line",
      data: each.values,
      stack: facts.stacked ? "all" : undefined,
      showSymbol: false,
      barMaxWidth: 32,
      color: bar ? fill : edge,
      itemStyle: bar ? { color: fill } : undefined,
      lineStyle: { width: 2, color: edge },
      areaStyle: facts.kind === "area" ? { color: fill, opacity: 1 } : undefined,
      markArea: index ? undefined : rest(box, facts),
      markPoint: index === facts.series.length - 1 ? marks(box, facts) : undefined,
    };
  }

  function rest(box, facts) {
    if (!facts.rest?.length) return undefined;
    const data = facts.rest.map(([from, to]) => [{ xAxis: from }, { xAxis: to }]);
    return { silent: true, itemStyle: { color: colour(box, "--chart-rest") }, data };
  }

  function marks(box, facts) {
    if (!facts.marks?.length) return undefined;
    const total = (x) =>
      facts.series.reduce((sum, each) => (facts.stacked ? sum + (each.values[x] || 0) : each.values[x]), 0);
    const ink = colour(box, "--ink");
    return {
      symbol: "circle",
      symbolSize: 8,
      itemStyle: { color: ink },
      label: { position: "top", color: ink, fontWeight: 600, formatter: (point) => point.name },
      data: facts.marks.map((mark) => ({ name: mark.text, coord: [mark.x, total(mark.x)] })),
    };
  }

  function option(box, facts) {
    const quiet = colour(box, "--ink-2");
    const line = colour(box, "--line");
    const font = getComputedStyle(document.body).fontFamily;
    return {
      animation: false,
      textStyle: { fontFamily: font, color: quiet },
      grid: { left: 8, right: 16, top: 40, bottom: 8, containLabel: true },
      legend: {
        top: 0,
        left: 0,
        icon: "roundRect",
        itemWidth: 12,
        itemHeight: 12,
        textStyle: { color: colour(box, "--ink") },
      },
      // Drawn on the canvas: an HTML tooltip would need style attributes.
      tooltip: {
        trigger: "axis",
        renderMode: "richText",
        backgroundColor: colour(box, "--surface"),
        borderColor: colour(box, "--line-strong"),
        textStyle: { color: colour(box, "--ink") },
        valueFormatter: (value) => (value == null ? "-" : `${value}${facts.unit ? ` ${facts.unit}` : ""}`),
      },
      xAxis: {
        type: "category",
        data: facts.x,
        axisLine: { lineStyle: { color: line } },
        axisLabel: { color: quiet },
        axisTick: { show: false },
      },
      yAxis: {
        type: "value",
        minInterval: facts.unit ? 0 : 1,
        splitLine: { lineStyle: { color: line } },
        axisLabel: { color: quiet },
      },
      series: facts.series.map((each, index) => series(box, facts, each, index)),
    };
  }

  function draw(box) {
    const source = document.getElementById(box.dataset.chart);
    if (!source || !window.echarts) return;
    const facts = JSON.parse(source.textContent);
    let chart = drawn.get(box);
    if (!chart) {
      chart = window.echarts.init(box, null, { renderer: "canvas" });
      drawn.set(box, chart);
      new ResizeObserver(() => chart.resize()).observe(box);
    }
    chart.setOption(option(box, facts), true);
  }

  const drawAll = () => document.querySelectorAll("[data-chart]").forEach(draw);
  drawAll();
  new MutationObserver(drawAll).observe(document.documentElement, {
    attributes: true,
    attributeFilter: ["data-bs-theme"],
  });
  document.addEventListener("htmx:afterSettle", drawAll);
})();
