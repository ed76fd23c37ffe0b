/// The page's style: no fonts, pictures or scripts from anywhere.
enum CertificateStyle {
  static let css = """
    @page { size: A4; margin: 18mm 16mm 20mm;
      @bottom-right { content: counter(page) " / " counter(pages); font: 8pt Georgia, serif; } }
    * { box-sizing: border-box; }
    html { font: 10.5pt/1.45 Georgia, "Liberation Serif", "DejaVu Serif", serif; color: #1a1a1a; }
    body { max-width: 178mm; margin: 0 auto; padding: 8mm 0; background: #fff; }
    h1 { font-size: 20pt; margin: 0 0 2mm; font-weight: normal; }
    h2 { font-size: 13pt; margin: 8mm 0 2mm; border-bottom: 0.4pt solid #777; padding-bottom: 1mm;
      break-after: avoid; }
    p { margin: 0 0 2.5mm; }
    p.note { color: #444; font-size: 9.5pt; }
    table { border-collapse: collapse; width: 100%; margin: 1mm 0 4mm; font-size: 9pt;
      table-layout: fixed; }
    th, td { text-align: left; vertical-align: top; padding: 1mm 2mm 1mm 0;
      border-bottom: 0.3pt solid #ccc; overflow-wrap: anywhere; }
    thead { display: table-header-group; }
    thead th { border-bottom: 0.6pt solid #555; overflow-wrap: normal; }
    tr { break-inside: avoid; }
    table.facts th { width: 48mm; font-weight: normal; color: #444; }
    table.targets th:nth-child(1) { width: 48mm; }
    table.targets th:nth-child(2) { width: 27mm; }
    table.targets th:nth-child(3) { width: 37mm; }
    table.targets th:nth-child(4) { width: 23mm; }
    table.targets th:nth-child(6) { width: 19mm; }
    table.targets td:nth-child(n+2):nth-child(-n+5) { font-size: 8pt; overflow-wrap: break-word; }
    table.records th:nth-child(1) { width: 16mm; }
    table.records th:nth-child(2) { width: 36mm; }
    table.records th:nth-child(3) { width: 41mm; }
    code, .hash { font: 8.5pt/1.4 "Liberation Mono", "DejaVu Sans Mono", monospace;
      overflow-wrap: anywhere; }
    .result { border: 1.2pt solid #1a1a1a; padding: 4mm; margin: 4mm 0; break-inside: avoid; }
    .result strong { font-size: 13pt; display: block; margin-bottom: 1mm; }
    .result.open { border-style: dashed; }
    ul { margin: 0 0 3mm; padding-left: 5mm; }
    li { margin-bottom: 1mm; }
    figure { margin: 2mm 0 4mm; break-inside: avoid; }
    svg { max-width: 100%; height: auto; display: block; }
    svg text { font-family: "Liberation Sans", "DejaVu Sans", Arial, sans-serif; }
    figcaption { font-size: 9pt; color: #444; }
    .signature { margin-top: 12mm; break-inside: avoid; }
    .signature .line { border-bottom: 0.6pt solid #1a1a1a; height: 14mm; width: 90mm; }
    @media screen { body { padding: 8mm; max-width: 194mm; } html { background: #fff; } }
    """
}
