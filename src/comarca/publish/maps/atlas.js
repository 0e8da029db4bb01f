"use strict";
(() => {
  const data = JSON.parse(document.getElementById("atlas-data").textContent);
  const byName = new Map(data.columns.map((column) => [column.name, column]));
  const mapped = data.columns.filter((column) => column.keys);
  const numeric = mapped.filter((column) => column.kind === "number");
  const parents = byName.has("parent_name") ? byName.get("parent_name").values : data.ids.map(() => null);
  const state = {
    language: data.languages[0],
    column: data.opening,
    compare: mapped[0].name,
    chosen: -1,
    sort: { key: "name", down: false },
  };
  const others = numeric.filter((column) => column.name !== state.column);
  state.compare = (others.find((column) => column.family !== "territory") || others[0] || mapped[0]).name;
  const element = (id) => document.getElementById(id);
  const word = (key, ...values) =>
    data.words[key][state.language].replace(/\{(\d)\}/g, (_, place) => values[Number(place)]);

  // All text goes through textContent: a territory called <script> is shown as such.
  function make(tag, text, attributes = {}) {
    const node = document.createElement(tag);
    if (text !== undefined && text !== null) node.textContent = text;
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    return node;
  }

  function formatted(column, value) {
    if (value === null) return word("no_data");
    if (column.kind === "boolean") return word(value ? "yes" : "no");
    if (column.kind !== "number") {
      if (!column.categories) return value;
      const title = (code) => column.categories[code] ? column.categories[code][state.language] : code;
      return column.kind === "text" && !column.categories[value] ? value.split(", ").map(title).join(", ") : title(value);
    }
    const scaled = value * column.factor;
    const digits = decimals(column);
    // What would be rounded to nothing keeps two digits: a zero means zero.
    const isTiny = scaled !== 0 && Math.abs(scaled) < 0.5 * 10 ** -digits;
    const options = isTiny ? { maximumSignificantDigits: 2 } : { minimumFractionDigits: digits, maximumFractionDigits: digits };
    const text = numeral(scaled, options);
    return column.factor === 100 ? `${text} %` : text;
  }

  // Numbers as in print: Spanish parts thousands by a blank. Making a format takes a thousand times as long as using it.
  const formats = new Map();
  function numeral(value, options) {
    const key = state.language + JSON.stringify(options);
    const useGrouping = state.language === "es" ? "min2" : "always"; // Spanish writes four digits together.
    if (!formats.has(key)) formats.set(key, new Intl.NumberFormat(state.language, { useGrouping, ...options }));
    const text = formats.get(key).format(value).replace("-", "\u2212");
    return state.language === "es" ? text.replaceAll(".", "\u00a0") : text;
  }

  // The same decimals throughout a column: one for shares, else so many that its largest value has three digits.
  const decimalsOf = new Map();
  function decimals(column) {
    if (column.integer) return 0;
    if (column.factor === 100) return 1;
    if (!decimalsOf.has(column.name)) {
      const largest = column.values.reduce((most, value) => Math.max(most, Math.abs(value || 0)), 0) * column.factor;
      const whole = largest > 0 ? Math.floor(Math.log10(largest)) + 1 : 1;
      decimalsOf.set(column.name, Math.min(Math.max(3 - Math.max(whole, 0), 0), 3));
    }
    return decimalsOf.get(column.name);
  }

  function titled(column) {
    const title = column.title[state.language];
    const unit = column.kind === "number" && !column.is_bare && column.unit[state.language];
    return unit && !title.endsWith(unit) ? `${title} (${unit})` : title;
  }

  const reason = (column, place) => (data.reasons[column.name] || {})[place] || "";

  // The shapes stay as they are; a change of indicator fills them anew.
  const blank = () => data.ids.map(() => "#ffffff");
  const source = new Bokeh.ColumnDataSource({ data: { xs: data.xs, ys: data.ys, fill: blank() } });
  const dots = new Bokeh.ColumnDataSource({ data: { x: [], y: [], color: blank() } });
  // Amounts are circles, whose area is proportional to the value; a class colour would only show who is large.
  const circles = new Bokeh.ColumnDataSource({ data: { x: [], y: [], size: [] } });
  const [ground, circleColor] = ["#f7f5ef", "#2b6ca3"];
  const largestCircle = 2 * Math.min(22, Math.max(4, Math.sqrt(20000 / data.ids.length)));
  // All territories of a pattern are one shape: each shape with a pattern costs as much as a hundred plain ones.
  const patterns = new Bokeh.ColumnDataSource({ data: { xs: [], ys: [], hatch: [], hatch_color: [] } });
  const flagPattern = { hatch: "right_diagonal_line", hatch_color: "#3c3c3c" };
  // The chosen territory is outlined above all others, black on white: no map has either colour.
  const outline = new Bokeh.ColumnDataSource({ data: { xs: [], ys: [] } });
  const chosenDot = new Bokeh.ColumnDataSource({ data: { x: [], y: [] } });

  const sameLook = { nonselection_fill_alpha: 1, nonselection_line_alpha: 1 };
  let [map, shapes, scatter] = [null, null, null];

  function newFigure(options) {
    const figure = Bokeh.Plotting.figure({
      tools: "pan,wheel_zoom,zoom_in,zoom_out,box_zoom,reset,save,tap", toolbar_location: "above",
      sizing_mode: "stretch_both", background_fill_color: "#ffffff", ...options,
    });
    figure.toolbar.logo = null;
    return figure;
  }

  function drawMap() {
    const figure = newFigure({ match_aspect: true });
    shapes = figure.multi_polygons({ field: "xs" }, { field: "ys" }, {
      source, fill_color: { field: "fill" }, line_color: "#6f6f6f", line_width: data.ids.length > 1500 ? 0.2 : 0.6,
      ...sameLook,
    });
    figure.multi_polygons({ field: "xs" }, { field: "ys" }, {
      // Without any fill, Bokeh draws no pattern either.
      source: patterns, fill_alpha: 0.01, fill_color: "#ffffff", line_alpha: 0, hatch_pattern: { field: "hatch" },
      hatch_color: { field: "hatch_color" }, hatch_scale: 12, hatch_weight: 0.7,
    });
    figure.scatter({ field: "x" }, { field: "y" }, {
      source: circles, size: { field: "size" }, fill_color: circleColor, fill_alpha: 0.6, line_color: "#ffffff",
      line_width: 0.7,
    });
    for (const [west, south, east, north] of data.boxes) {
      figure.line([west, east, east, west, west], [south, south, north, north, south], { line_color: "#888888" });
    }
    if (data.cities.length) {
      figure.scatter(data.cities.map((city) => city[0]), data.cities.map((city) => city[1]), {
        size: data.cities.map((city) => city[2]), fill_color: "#ffffff", line_color: "#111111",
      });
    }
    for (const [color, width] of [["#ffffff", 5], ["#000000", 2.2]]) {
      figure.multi_polygons({ field: "xs" }, { field: "ys" }, {
        source: outline, fill_alpha: 0, line_color: color, line_width: width, line_join: "round",
      });
    }
    addHover(figure, shapes, (place) => [data.names[place], hovered(byName.get(state.column), place)]);
    for (const part of [...figure.below, ...figure.left, ...figure.center]) part.visible = false;
    figure.outline_line_color = null;
    return figure;
  }

  function drawScatter() {
    scatter = newFigure({});
    const points = scatter.scatter({ field: "x" }, { field: "y" }, {
      source: dots, size: 8, fill_color: { field: "color" }, line_color: "#444444", ...sameLook,
    });
    scatter.scatter({ field: "x" }, { field: "y" }, {
      source: chosenDot, size: 13, fill_alpha: 0, line_color: "#000000", line_width: 2.4,
    });
    addHover(scatter, points, (place) => {
      const other = byName.get(state.compare);
      const compared = `${other.title[state.language]}: ${formatted(other, other.values[place])}`;
      return [data.names[place], hovered(byName.get(state.column), place), compared];
    });
  }

  // Texts are made for the territory that is pointed at, not for all at each change.
  function addHover(figure, renderer, lines) {
    const tooltips = (_, vars) => {
      const box = make("div", null, { style: "max-width: 24rem; font-size: 12px; line-height: 1.35" });
      lines(vars.index).forEach((line, number) => {
        box.append(make("div", line, { class: "bk-tooltip-row-value", style: number ? "" : "font-weight: 600" }));
      });
      return box;
    };
    figure.add_tools(new Bokeh.HoverTool({ renderers: [renderer], tooltips, point_policy: "follow_mouse" }));
  }

  // What hovering says of a territory: value, unit, place among all, and what is to be said against the value.
  function hovered(column, place) {
    const value = column.values[place];
    const unit = column.kind === "number" && !column.is_bare && column.factor !== 100 ? column.unit[state.language] : "";
    const parts = [`${column.title[state.language]}: ${formatted(column, value)} ${value === null ? "" : unit}`.trim()];
    if (value !== null && column.kind === "number") {
      const { place: rank, count } = standing(column, value);
      parts.push(`${word("place")} ${word("of", rank, count)}`);
    }
    const code = reason(column, place);
    if (code) parts.push(data.meaning[code] ? data.meaning[code][state.language] : code);
    return parts.join(" \u00b7 ");
  }

  // Colours go into the lists that the plots have already: new lists would have all shapes measured again.
  function recolored(renderer, name, colors) {
    const list = renderer.data_source.data[name];
    colors.forEach((color, place) => { list[place] = color; });
    renderer.view.properties.masked.change.emit();
    renderer.change.emit();
  }

  function colorMap() {
    const column = byName.get(state.column);
    const keys = column.class_of.map((place) => column.keys[place]);
    recolored(shapes, "fill", keys.map((key) => (column.amount && !key.missing ? ground : key.color)));
    patterns.data = patternsOf(column);
    circles.data = column.amount ? circlesOf(column) : { x: [], y: [], size: [] };
    fillScatter();
  }

  // The second picture is filled while it is in the window, or once it comes there.
  const watched = { isSeen: true, isStale: false };
  function watchScatter() {
    new IntersectionObserver(([entry]) => {
      watched.isSeen = entry.isIntersecting;
      if (watched.isSeen && watched.isStale) fillScatter();
    }).observe(element("scatter"));
  }

  function fillScatter() {
    watched.isStale = !watched.isSeen;
    if (watched.isStale) return;
    const column = byName.get(state.column);
    const other = byName.get(state.compare);
    const keys = column.class_of.map((place) => column.keys[place]);
    const number = (entry) => entry.values.map((value, place) => {
      if (entry.kind !== "number") return entry.class_of[place];
      return value === null ? NaN : value * entry.factor;
    });
    const color = keys.map((key) => (column.amount && !key.missing ? circleColor : key.color));
    dots.data = { x: number(column), y: number(other), color };
    scatter.left[0].axis_label = wrapped(titled(other), 45);
    scatter.left[0].formatter = localTicks();
    labelAxis(scatter.below[0], column);
    markDot();
  }

  function markDot() {
    const place = state.chosen;
    chosenDot.data = place < 0 ? { x: [], y: [] } : { x: [dots.data.x[place]], y: [dots.data.y[place]] };
  }

  function markShape() {
    const place = state.chosen;
    outline.data = place < 0 ? { xs: [], ys: [] } : { xs: [data.xs[place]], ys: [data.ys[place]] };
  }

  // Territories whose value stands, but is doubtful.
  const flagged = (column) => Object.keys(data.reasons[column.name] || {}).map(Number)
    .filter((place) => column.values[place] !== null);

  // Places of each pattern: that of their class, and that of doubtful values unless all are doubtful.
  function patternsOf(column) {
    const groups = column.keys.filter((key) => key.hatch.trim() && !key.missing).map((key) => (
      { hatch: key.hatch, hatch_color: key.hatch_color, places: placesOf(column, column.keys.indexOf(key)) }
    ));
    const doubtful = flagged(column);
    if (doubtful.length && !isAllFlagged(column)) {
      for (const color of new Set(column.keys.map((key) => key.flag_color))) {
        const places = doubtful.filter((place) => column.keys[column.class_of[place]].flag_color === color);
        if (places.length) groups.push({ ...flagPattern, hatch_color: color, places });
      }
    }
    return {
      xs: groups.map((group) => group.places.flatMap((place) => data.xs[place])),
      ys: groups.map((group) => group.places.flatMap((place) => data.ys[place])),
      hatch: groups.map((group) => group.hatch), hatch_color: groups.map((group) => group.hatch_color),
    };
  }

  const placesOf = (column, row) => data.ids.map((_, place) => place).filter((place) => column.class_of[place] === row);
  const isAllFlagged = (column) => flagged(column).length === column.values.filter((value) => value !== null).length;

  // The largest first, so that the others stand on top of them.
  function circlesOf(column) {
    const shown = column.values.map((_, place) => place).filter((place) => column.values[place] > 0);
    shown.sort((one, two) => column.values[two] - column.values[one]);
    const most = shown.length ? column.values[shown[0]] : 1;
    return {
      x: shown.map((place) => data.centres[0][place]), y: shown.map((place) => data.centres[1][place]),
      size: shown.map((place) => largestCircle * Math.sqrt(column.values[place] / most)),
    };
  }

  // Round amounts that explain the circles: the greatest that occurs, about a quarter and a twentieth of it.
  function circleRows(column) {
    const most = Math.max(...column.values.filter((value) => value !== null));
    const round = (value) => {
      const power = 10 ** Math.floor(Math.log10(value));
      return Math.max(...[1, 2, 5].map((step) => step * power).filter((amount) => amount <= value));
    };
    const amounts = [...new Set([1, 0.25, 0.05].map((share) => most * share).filter((value) => value >= 1).map(round))];
    return amounts.map((amount) => {
      const row = make("li", null, { class: "amount" });
      const sign = make("span", "", { class: "circle", "aria-hidden": "true" });
      sign.style.width = sign.style.height = `${largestCircle * Math.sqrt(amount / most)}px`;
      row.append(sign, make("span", formatted(column, amount)));
      return row;
    });
  }

  function countRow(column) {
    const row = make("li");
    const count = column.values.filter((value) => value !== null).length;
    row.append(make("span", ""), make("span", word("with_value")), make("span", count, { class: "count" }));
    return row;
  }

  function wrapped(text, width) {
    const lines = [""];
    for (const part of text.split(" ")) {
      if (`${lines.at(-1)} ${part}`.length > width) lines.push(part);
      else lines[lines.length - 1] = `${lines.at(-1)} ${part}`.trim();
    }
    return lines.join("\n");
  }

  // Numbers of an axis as the language writes them, with as many digits as tell them apart.
  function localTicks() {
    const formatter = new Bokeh.BasicTickFormatter();
    formatter.doFormat = (ticks) => {
      const step = ticks.length > 1 ? Math.abs(ticks[1] - ticks[0]) : 1;
      const digits = Math.min(Math.max(-Math.floor(Math.log10(step) + 1e-9), 0), 6);
      return ticks.map((tick) => numeral(tick, { minimumFractionDigits: digits, maximumFractionDigits: digits }));
    };
    return formatter;
  }

  // Classes stand side by side in the order of the legend, missing ones last.
  function labelAxis(axis, column) {
    const isNumber = column.kind === "number";
    const ticks = column.keys.map((_, place) => place);
    axis.axis_label = titled(column);
    axis.formatter = localTicks();
    axis.ticker = isNumber ? new Bokeh.BasicTicker() : new Bokeh.FixedTicker({ ticks });
    axis.major_label_overrides = new Map(
      isNumber ? [] : column.keys.map((key, place) => [place, key.label[state.language]]),
    );
  }

  function patterned(key) {
    const line = key.hatch_color;
    if (key.hatch === "right_diagonal_line") return `repeating-linear-gradient(135deg, ${key.color} 0 3px, ${line} 3px 4px)`;
    if (key.hatch === "dot") return `radial-gradient(${line} 1px, transparent 1.5px) 0 0 / 5px 5px, ${key.color}`;
    return key.color;
  }

  function describe() {
    const column = byName.get(state.column);
    element("map-heading").textContent = column.title[state.language];
    const dated = column.year === null ? "" : ` (${word("data_of", column.year)})`;
    element("about").textContent = column.definition[state.language] + dated;
    element("method").textContent = column.method[state.language];
    element("reference").textContent = `${word("source")}: ${column.source[state.language]}`;
    element("unit").textContent = column.unit[state.language];
    const head = make("li", null, { class: "head" });
    head.append(make("span", word("n")), make("span", "n", { class: "count" }));
    const amounts = column.amount ? [...circleRows(column), countRow(column)] : [];
    const keys = column.keys.filter((key) => !column.amount || key.missing);
    element("legend").replaceChildren(head, ...amounts, ...keys.map((key) => {
      const row = make("li");
      const swatch = make("span", "", { class: key.missing ? "swatch missing" : "swatch", "aria-hidden": "true" });
      if (!key.missing) swatch.style.background = patterned(key);
      row.append(swatch, make("span", key.label[state.language]), make("span", key.count, { class: "count" }));
      return row;
    }), ...flaggedRows(column));
    if (data.cities.length) {
      const row = make("li");
      row.append(make("span", "", { class: "city", "aria-hidden": "true" }), make("span", word("cities")));
      element("legend").append(row);
    }
    element("histogram").replaceChildren(...(column.kind === "number" ? [legendHistogram(column)] : []));
    element("map").setAttribute("aria-label", word("map_label"));
    element("scatter").setAttribute("aria-label", word("scatter_label"));
  }

  // What the pattern of doubtful values means; the profile and the text that follows the mouse say why.
  function flaggedRows(column) {
    const count = flagged(column).length;
    if (!count) return [];
    const row = make("li");
    const swatch = make("span", "", { class: isAllFlagged(column) ? "" : "swatch", "aria-hidden": "true" });
    if (!isAllFlagged(column)) swatch.style.background = patterned({ ...flagPattern, color: "#fff" });
    const text = word(isAllFlagged(column) ? "all_flagged" : "flagged");
    row.append(swatch, make("span", text), make("span", count, { class: "count" }));
    return [row];
  }

  // Place among all territories with a value: 1 is the best, or the greatest where neither direction is better.
  const ordered = new Map();
  function standing(column, value) {
    if (!ordered.has(column.name)) {
      ordered.set(column.name, Float64Array.from(column.values.filter((other) => other !== null)).sort());
    }
    const known = ordered.get(column.name);
    const smaller = bisect(known, value, false);
    const greater = known.length - bisect(known, value, true);
    const before = column.better === "lower" ? smaller : greater;
    return { place: before + 1, count: known.length, share: known.length > 1 ? smaller / (known.length - 1) : 1 };
  }

  // How many numbers of a rising list are below a value, or not above it.
  function bisect(list, value, isAfter) {
    let [low, high] = [0, list.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (list[middle] < value || (isAfter && list[middle] === value)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  // How the values spread, in the colours of the classes; amounts by the logarithm of one more, where there are large ones.
  function legendHistogram(column) {
    const count = 26;
    const values = column.values.map((value, place) => [value, column.class_of[place]]).filter(([value]) => value !== null);
    const least = values.reduce((found, [value]) => Math.min(found, value), Infinity);
    const most = values.reduce((found, [value]) => Math.max(found, value), -Infinity);
    const isLog = column.amount && most >= 100;
    const known = isLog ? values.map(([value, key]) => [Math.log1p(value), key]) : values;
    const [low, high] = isLog ? [Math.log1p(least), Math.log1p(most)] : [least, most];
    const picture = svgNode("svg", { viewBox: "0 0 208 52", width: 208, height: 52, "aria-hidden": "true" });
    const cells = Array.from({ length: count }, () => []);
    for (const [value, key] of known) cells[Math.min(count - 1, Math.floor((count * (value - low)) / (high - low || 1)))].push(key);
    const tallest = Math.max(...cells.map((cell) => cell.length));
    cells.forEach((cell, place) => {
      if (!cell.length) return;
      const height = (36 * cell.length) / tallest;
      const fill = column.amount ? circleColor : column.keys[cell[cell.length >> 1]].color;
      picture.append(svgNode("rect", { x: 8 * place, y: 38 - height, width: 7.4, height, fill, stroke: "#6f6f6f", "stroke-width": 0.3 }));
    });
    const foot = [[formatted(column, least), 0, "start"], [formatted(column, most), 208, "end"]];
    if (isLog) foot.push([word("log_scale"), 104, "middle"]);
    foot.forEach(([line, x, anchor]) => {
      const text = svgNode("text", { x, y: 50, "text-anchor": anchor, "font-size": 10, fill: "#555" });
      text.textContent = line;
      picture.append(text);
    });
    return picture;
  }

  // Reasons are written once, below the profile; letters point to them.
  function noteMark(code, codes) {
    if (!codes.includes(code)) codes.push(code);
    return make("sup", String.fromCharCode(97 + codes.indexOf(code)), { class: "note" });
  }

  // Lower and upper end of what a value may be; a class that could be another one has both names.
  function bandText(column, place) {
    const known = data.bands[column.name];
    const ends = known && known.ends[place];
    if (!ends) return "";
    const [low, high] = ends.map((end) => formatted(column, end));
    return low === high ? low : `${low} \u2013 ${high}`;
  }

  function profileRow(column, place, codes) {
    const value = column.values[place];
    const row = make("tr", null, column.name === state.column ? { class: "current" } : {});
    row.append(make("th", titled(column), { scope: "row" }));
    const cell = make("td", formatted(column, value), { class: "number" });
    const code = reason(column, place);
    if (value === null) cell.className = "number missing-value";
    if (code) cell.append(noteMark(code, codes));
    const band = bandText(column, place);
    if (band) {
      const how = data.bands[column.name].method[state.language];
      cell.append(make("span", band, { class: "band", title: `${word("band")}: ${how}` }));
    }
    const rank = make("td");
    if (value !== null && column.kind === "number") {
      const stand = standing(column, value);
      rank.append(make("span", word("of", stand.place, stand.count)));
      const bar = make("span", null, { class: "bar", "aria-hidden": "true" });
      const inner = make("span");
      inner.style.width = `${100 * stand.share}%`;
      bar.append(inner);
      rank.append(bar);
    }
    row.append(cell, rank);
    return row;
  }

  function showProfile() {
    const place = state.chosen;
    if (place < 0) {
      element("profile-heading").textContent = word("profile");
      element("profile").replaceChildren(make("p", word("choose")));
      return;
    }
    element("profile-heading").textContent = data.names[place];
    const table = make("table");
    const head = make("tr");
    for (const key of ["indicator", "value", "place"]) head.append(make("th", word(key), { scope: "col" }));
    const body = make("tbody");
    const codes = [];
    let family = null;
    for (const column of data.columns) {
      if (["territory_id", "territory_name", "parent_name", "country"].includes(column.name)) continue;
      if (column.family !== family) {
        family = column.family;
        const row = make("tr", null, { class: "family" });
        const title = (data.families[family] || {})[state.language] || family;
        row.append(make("th", title, { colspan: 3, scope: "colgroup" }));
        body.append(row);
      }
      body.append(profileRow(column, place, codes));
    }
    const thead = make("thead");
    thead.append(head);
    const widths = make("colgroup");
    for (const name of ["title", "value", "place"]) widths.append(make("col", null, { class: name }));
    table.append(widths, thead, body);
    const where = [data.ids[place], parents[place]].filter((text) => text).join(" \u00b7 ");
    const notes = make("ul", null, { class: "notes" });
    for (const code of codes) {
      const row = make("li");
      const text = data.meaning[code] ? data.meaning[code][state.language] : code;
      row.append(noteMark(code, codes), make("span", ` ${text}`));
      notes.append(row);
    }
    element("profile").replaceChildren(
      make("p", where), ...structureNodes(place), table, notes, make("p", word("place_note"), { class: "about" }),
      ...(Object.keys(data.bands).length ? [make("p", word("band_note"), { class: "about" })] : []),
    );
  }

  // Structural profile: percentiles over a histogram of all territories, what is most alike, how land is divided.
  const structure = data.structure;
  const told = (words, ...values) => values.reduce((text, value) => text.replace("{}", value), words[state.language]);
  const svgNode = (tag, attributes) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    return node;
  };

  const bins = new Map();
  function histogram(column) {
    if (bins.has(column.name)) return bins.get(column.name);
    const known = column.values.filter((value) => value !== null).sort((a, b) => a - b);
    const low = known[Math.floor(0.01 * (known.length - 1))];
    const high = known[Math.ceil(0.99 * (known.length - 1))];
    const counts = Array(30).fill(0);
    const at = (value) => Math.min(Math.max((value - low) / (high - low || 1), 0), 1);
    for (const value of known) counts[Math.min(29, Math.floor(30 * at(value)))] += 1;
    bins.set(column.name, { counts, at, most: Math.max(...counts) });
    return bins.get(column.name);
  }

  function strip(column, value) {
    const { counts, at, most } = histogram(column);
    const isTurned = column.better === "lower";
    const picture = svgNode("svg", { width: 180, height: 22, viewBox: "0 0 180 22", "aria-hidden": "true" });
    counts.forEach((count, place) => {
      const height = (16 * count) / most;
      const x = 6 * (isTurned ? 29 - place : place);
      picture.append(svgNode("rect", { x, y: 18 - height, width: 5.4, height, fill: "#b9c4c8" }));
    });
    if (value !== null) {
      const x = 180 * (isTurned ? 1 - at(value) : at(value));
      picture.append(svgNode("circle", { cx: Math.min(Math.max(x, 5), 175), cy: 16, r: 5, fill: "#c1570c", stroke: "#fff" }));
    }
    return picture;
  }

  function lorenz(curves) {
    const picture = svgNode("svg", { width: 250, height: 262, viewBox: "-20 -4 126 132", role: "img" });
    const label = (text, attributes) => {
      const node = svgNode("text", { "font-size": 5.2, fill: "#444", "text-anchor": "middle", ...attributes });
      wrapped(text, 38).split("\n").forEach((line, place) => {
        const part = svgNode("tspan", { x: attributes.x, dy: place ? 6.2 : 0 });
        part.textContent = line;
        node.append(part);
      });
      picture.append(node);
    };
    for (const tick of [0, 50, 100]) {
      label(String(tick), { x: tick, y: 107 });
      label(String(tick), { x: -3, y: 101.8 - tick, "text-anchor": "end" });
    }
    label(structure.kinds.units_share[state.language], { x: 50, y: 116 });
    label(structure.kinds.land_share[state.language], { x: 0, y: 0, transform: "translate(-14 50) rotate(-90)" });
    picture.append(svgNode("rect", { x: 0, y: 0, width: 100, height: 100, fill: "none", stroke: "#bbb", "stroke-width": 0.5 }));
    picture.append(svgNode("line", { x1: 0, y1: 100, x2: 100, y2: 0, stroke: "#2b2b2b", "stroke-width": 0.5 }));
    const colors = ["#1b6a84", "#8a6d1b", "#5a5a5a", "#7a3a6d"];
    const list = make("ul", null, { class: "notes" });
    curves.forEach((entry, place) => {
      const points = entry.curve.map(([x, y]) => `${(100 * x).toFixed(1)},${(100 - 100 * y).toFixed(1)}`).join(" ");
      picture.append(svgNode("polyline", { points, fill: "none", stroke: colors[place % 4], "stroke-width": 1.6 }));
      const index = numeral(entry.gini, { maximumFractionDigits: 2 });
      const row = make("li", `${structure.kinds[entry.kind][state.language]} ${entry.year || ""}: Gini ${index}`);
      row.style.color = colors[place % 4];
      list.append(row);
    });
    picture.setAttribute("aria-label", structure.kinds.lorenz[state.language]);
    return [picture, list];
  }

  function structureRow(entry, place) {
    const column = byName.get(entry.column);
    const row = make("tr");
    row.append(make("th", titled(column), { scope: "row" }));
    const picture = make("td");
    picture.append(strip(column, column.values[place]));
    const percentile = structure.percentiles[entry.column][place];
    const shown = percentile === null ? "" : ` \u00b7 ${told(structure.words.percentile, Math.round(percentile))}`;
    row.append(picture, make("td", `${formatted(column, column.values[place])}${shown}`));
    return row;
  }

  function structureNodes(place) {
    if (!structure) return [];
    const nodes = [];
    for (const column of data.columns.filter((entry) => entry.name.startsWith("dynamics_type_"))) {
      nodes.push(make("p", `${column.title[state.language]}: ${formatted(column, column.values[place])}`));
    }
    const city = byName.get("nearest_intermediate_city_name");
    if (city && city.values[place]) nodes.push(make("p", told(structure.words.city, city.values[place])));
    if (structure.columns.length) {
      const table = make("table", null, { class: "structure" });
      const body = make("tbody");
      let dimension = null;
      for (const entry of structure.columns) {
        if (entry.dimension !== dimension) {
          dimension = entry.dimension;
          const row = make("tr", null, { class: "family" });
          row.append(make("th", structure.dimensions[dimension][state.language], { colspan: 3, scope: "colgroup" }));
          body.append(row);
        }
        body.append(structureRow(entry, place));
      }
      table.append(body);
      nodes.push(make("h3", structure.words.profile[state.language]), table);
      nodes.push(make("p", structure.words.profile_note_bars[state.language], { class: "about" }));
    }
    const curves = structure.curves[place];
    if (curves) nodes.push(make("h3", structure.kinds.lorenz[state.language]), ...lorenz(curves));
    const alike = structure.similar[place];
    if (alike) {
      const list = make("ul");
      for (const [other, distance] of alike) {
        const row = make("li");
        const button = make("button", placeLabel(other), { type: "button", class: "link" });
        button.addEventListener("click", () => { choose(other); element("profile-heading").focus(); });
        const away = numeral(distance, { maximumFractionDigits: 3 });
        row.append(button, make("span", ` ${told(structure.words.distance, away)}`, { class: "about" }));
        list.append(row);
      }
      nodes.push(make("h3", structure.words.similar[state.language]), list);
    }
    return nodes;
  }

  function tableColumns() {
    const column = byName.get(state.column);
    const other = byName.get(state.compare);
    const columns = [
      { key: "name", title: word("name"), value: (place) => data.names[place] },
      ...(parents.some((name) => name) ? [{ key: "parent", title: word("parent"), value: (place) => parents[place] }] : []),
      { key: "x", title: titled(column), value: (place) => column.values[place], entry: column },
    ];
    if (other !== column) {
      columns.push({ key: "y", title: titled(other), value: (place) => other.values[place], entry: other });
    }
    return columns;
  }

  // The last order is kept: by name it stays the same from one indicator to the next.
  const lastOrder = { of: "", places: [] };
  function sorted(columns) {
    const by = columns.find((column) => column.key === state.sort.key) || columns[0];
    const wanted = [state.language, by.key, by.entry ? by.entry.name : "", state.sort.down].join();
    if (lastOrder.of !== wanted) Object.assign(lastOrder, { of: wanted, places: inOrder(by) });
    return lastOrder.places;
  }

  function inOrder(by) {
    const collator = new Intl.Collator(state.language);
    const places = data.ids.map((_, place) => place);
    return places.sort((a, b) => {
      const [left, right] = [by.value(a), by.value(b)];
      if (left === null || right === null) return (left === null) - (right === null) || a - b;
      const order = typeof left === "number" ? left - right : collator.compare(String(left), String(right));
      return (state.sort.down ? -order : order) || a - b;
    });
  }

  function showTable() {
    const columns = tableColumns();
    const head = make("tr");
    for (const column of columns) {
      const cell = make("th", null, { scope: "col", class: column.key });
      const current = column.key === state.sort.key;
      cell.setAttribute("aria-sort", current ? (state.sort.down ? "descending" : "ascending") : "none");
      const button = make("button", column.title, { type: "button", "data-key": column.key });
      button.addEventListener("click", () => {
        state.sort = { key: column.key, down: current ? !state.sort.down : Boolean(column.entry) };
        showTable();
        element("table").querySelector(`thead button[data-key="${column.key}"]`).focus();
      });
      cell.append(button);
      head.append(cell);
    }
    element("table").tHead.replaceChildren(head);
    rows.columns = columns;
    rows.order = sorted(columns);
    rows.first = -1;
    element("table").setAttribute("aria-rowcount", rows.order.length + 1);
    showRows();
  }

  // Only the rows near the visible part are made; empty ones above and below keep the height.
  const rows = { columns: [], order: [], first: -1, height: 0 };
  const ROWS_AT_ONCE = 80;
  function showRows() {
    const box = element("table").parentElement;
    const isShort = rows.order.length <= ROWS_AT_ONCE;
    const top = rows.height ? Math.floor(box.scrollTop / rows.height) : 0;
    const first = isShort ? 0 : Math.max(0, Math.min(top - 20, rows.order.length - ROWS_AT_ONCE)) & ~15;
    if (first === rows.first) return;
    rows.first = first;
    const { columns } = rows;
    const last = Math.min(rows.order.length, first + ROWS_AT_ONCE + 16);
    const body = document.createDocumentFragment();
    if (first > 0) body.append(spacer(first));
    for (let number = first; number < last; number += 1) {
      const place = rows.order[number];
      const row = make("tr", null, { "data-place": place, "aria-rowindex": number + 2 });
      if (place === state.chosen) row.className = "chosen";
      for (const column of columns) {
        const value = column.value(place);
        if (column.key === "name") {
          const cell = make("th", null, { scope: "row" });
          const button = make("button", value, { type: "button" });
          button.addEventListener("click", () => { choose(place); element("profile-heading").focus(); });
          cell.append(button, make("span", data.ids[place], { class: "code" }));
          row.append(cell);
        } else if (column.entry) {
          const kind = column.entry.kind === "number" ? "number" : "class";
          row.append(make("td", formatted(column.entry, value), { class: value === null ? `${kind} missing-value` : kind }));
        } else {
          row.append(make("td", value));
        }
      }
      body.append(row);
    }
    if (last < rows.order.length) body.append(spacer(rows.order.length - last));
    element("table").tBodies[0].replaceChildren(body);
    const made = element("table").querySelectorAll("tr[data-place]");
    if (made.length) rows.height = (made[made.length - 1].offsetTop - made[0].offsetTop) / Math.max(made.length - 1, 1);
    for (const row of element("table").querySelectorAll("tr[data-count]")) fillSpace(row);
  }

  function spacer(count) {
    const row = make("tr", null, { "aria-hidden": "true", "data-count": count });
    fillSpace(row);
    return row;
  }

  function fillSpace(row) {
    row.style.height = `${Number(row.dataset.count) * (rows.height || 30)}px`;
  }

  function markRow() {
    for (const row of element("table").querySelectorAll("tr.chosen")) row.className = "";
    const row = element("table").querySelector(`tr[data-place="${state.chosen}"]`);
    if (row) row.className = "chosen";
  }

  function choose(place) {
    if (place === state.chosen) return;
    state.chosen = place;
    for (const each of [source, dots]) each.selected.indices = place < 0 ? [] : [place];
    markShape();
    markDot();
    showProfile();
    markRow();
    remember();
    if (place >= 0) element("status").textContent = word("selected", data.names[place]);
  }

  function fillSelect(select, columns, current) {
    const groups = new Map();
    for (const column of columns) {
      if (!groups.has(column.family)) {
        const title = (data.families[column.family] || {})[state.language] || column.family;
        groups.set(column.family, make("optgroup", null, { label: title }));
      }
      groups.get(column.family).append(make("option", column.title[state.language], { value: column.name }));
    }
    select.replaceChildren(...groups.values());
    select.value = current;
  }

  const placeLabel = (place) => {
    const parent = parents[place] ? `, ${parents[place]}` : "";
    return `${data.names[place]}${parent} (${data.ids[place]})`;
  };

  // Accents and capitals do not matter to who searches.
  const plain = (text) => text.trim().normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();

  function find(text) {
    const wanted = plain(text);
    const labels = data.ids.map((_, place) => plain(placeLabel(place)));
    const exact = labels.indexOf(wanted);
    if (exact >= 0) return exact;
    const named = data.names.findIndex((name) => plain(name) === wanted);
    return named >= 0 ? named : labels.findIndex((label) => label.includes(wanted));
  }

  // Places that bear the same name are asked for.
  function namesakes(text) {
    const wanted = plain(text);
    const labels = data.ids.map((_, place) => plain(placeLabel(place)));
    if (!wanted || labels.includes(wanted)) return [];
    return data.ids.map((_, place) => place).filter((place) => plain(data.names[place]) === wanted);
  }

  function ask(places) {
    element("not-found").textContent = `${word("several", places.length)} `;
    for (const place of places.slice(0, 12)) {
      const button = make("button", placeLabel(place), { type: "button", class: "link" });
      button.addEventListener("click", () => { element("not-found").textContent = ""; choose(place); zoomTo(place); });
      element("not-found").append(button, " ");
    }
  }

  function search(text) {
    const several = namesakes(text);
    if (several.length > 1) { ask(several); return; }
    const place = text.trim() ? find(text) : -1;
    const isLost = text.trim() !== "" && place < 0;
    element("not-found").textContent = isLost ? word("not_found", text.trim()) : "";
    element("find").setAttribute("aria-invalid", String(isLost));
    if (place < 0) return;
    choose(place);
    zoomTo(place);
    element("profile-heading").scrollIntoView({ block: "nearest" });
  }

  // The part of the map around a territory, four times as wide as it is.
  function zoomTo(place) {
    const flat = (lists) => lists.flat(2);
    const [xs, ys] = [flat(data.xs[place]), flat(data.ys[place])];
    const span = (list) => [list.reduce((a, b) => Math.min(a, b)), list.reduce((a, b) => Math.max(a, b))];
    const [[west, east], [south, north]] = [span(xs), span(ys)];
    const box = element("map").getBoundingClientRect();
    const half = 2 * Math.max(east - west, ((north - south) * box.width) / Math.max(box.height, 1), 1);
    const [x, y] = [(west + east) / 2, (south + north) / 2];
    map.x_range.setv({ start: x - half, end: x + half });
    map.y_range.setv({ start: y - (half * box.height) / box.width, end: y + (half * box.height) / box.width });
    // As after a zoom by hand: what is drawn anew does not change what part of the map is shown.
    for (const range of [map.x_range, map.y_range]) range.have_updated_interactively = true;
  }

  // The address holds what is shown, so that it can be sent to somebody.
  function remember() {
    const parts = new URLSearchParams({ indicator: state.column, compare: state.compare, language: state.language });
    if (state.chosen >= 0) parts.set("territory", data.ids[state.chosen]);
    history.replaceState(null, "", `#${parts}`);
  }

  function recall() {
    const parts = new URLSearchParams(location.hash.slice(1));
    if (mapped.some((column) => column.name === parts.get("indicator"))) state.column = parts.get("indicator");
    if (numeric.some((column) => column.name === parts.get("compare"))) state.compare = parts.get("compare");
    if (data.languages.includes(parts.get("language"))) state.language = parts.get("language");
    return data.ids.indexOf(parts.get("territory"));
  }

  // The little of Markdown that SOURCES.md is written in.
  function written(text) {
    const nodes = [];
    for (const line of text.split("\n")) {
      const [, mark, rest] = line.match(/^(#+ |- |)(.*)$/);
      if (!rest) continue;
      const node = make(mark === "- " ? "li" : mark ? `h${Math.min(mark.length, 4)}` : "p");
      for (const part of rest.split(/(\*\*[^*]+\*\*|`[^`]+`)/)) {
        const [, strong, code] = part.match(/^\*\*(.+)\*\*$|^`(.+)`$/) || [];
        node.append(strong ? make("strong", strong) : code ? make("code", code) : part);
      }
      if (mark !== "- ") nodes.push(node);
      else if (nodes.length && nodes.at(-1).tagName === "UL") nodes.at(-1).append(node);
      else {
        nodes.push(make("ul"));
        nodes.at(-1).append(node);
      }
    }
    return nodes;
  }

  function quoted(value) {
    const text = value === null ? "" : String(value);
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  }

  function csv() {
    const rows = [data.columns.map((column) => quoted(column.name)).join(",")];
    data.ids.forEach((_, place) => {
      rows.push(data.columns.map((column) => {
        const value = column.values[place];
        return quoted(typeof value === "boolean" ? (value ? "true" : "false") : value);
      }).join(","));
    });
    return `${rows.join("\n")}\n`;
  }

  function download() {
    const link = make("a", null, { download: "indicators.csv" });
    link.href = URL.createObjectURL(new Blob([csv()], { type: "text/csv;charset=utf-8" }));
    link.click();
    URL.revokeObjectURL(link.href);
  }

  function refresh() {
    colorMap();
    describe();
    showProfile();
    showTable();
    element("status").textContent = word("shown", data.ids.length, byName.get(state.column).title[state.language]);
    remember();
  }

  function translate() {
    document.documentElement.lang = state.language;
    for (const node of document.querySelectorAll("[data-word]")) node.textContent = word(node.dataset.word);
    fillSelect(element("indicator"), mapped, state.column);
    fillSelect(element("compare"), numeric, state.compare);
    element("title").textContent = data.title[state.language];
    for (const node of document.querySelectorAll(".dynamics")) node.hidden = node.dataset.language !== state.language;
    element("sources").replaceChildren(...written(data.sources[state.language]));
    refresh();
  }

  function listen() {
    element("language").addEventListener("change", (event) => { state.language = event.target.value; translate(); });
    element("indicator").addEventListener("change", (event) => { state.column = event.target.value; refresh(); });
    element("compare").addEventListener("change", (event) => { state.compare = event.target.value; refresh(); });
    element("find").addEventListener("change", (event) => search(event.target.value));
    element("controls").addEventListener("submit", (event) => event.preventDefault());
    element("download").addEventListener("click", download);
    element("table").parentElement.addEventListener("scroll", () => requestAnimationFrame(showRows), { passive: true });
    for (const { selected } of [source, dots]) {
      selected.properties.indices.change.connect(() => choose(selected.indices.length ? selected.indices.at(-1) : -1));
    }
  }

  const names = { en: "English", es: "Espa\u00f1ol", pt: "Portugu\u00eas" };
  element("language").append(...data.languages.map((code) => make("option", names[code], { value: code, lang: code })));
  element("places").append(...data.ids.map((_, place) => make("option", null, { value: placeLabel(place) })));
  async function start() {
    const place = recall();
    element("language").value = state.language;
    const page = new Bokeh.Document();
    map = drawMap();
    page.add_root(map);
    drawScatter();
    page.add_root(scatter);
    translate();
    await Bokeh.embed.add_document_standalone(page, document.body, [element("map"), element("scatter")]);
    listen();
    watchScatter();
    if (place >= 0) { choose(place); zoomTo(place); }
    document.documentElement.dataset.ready = "true";
  }
  start();
})();
