const find = document.getElementById("find");
const count = document.getElementById("said");
const text = (row) => [...row.cells].map((cell) => cell.textContent).join(" ").toLowerCase();
const rows = [...document.querySelectorAll("#changes tbody tr")].map((row) => [row, text(row)]);
const show = () => {
  const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const [row, said] of rows) row.hidden = !words.every((word) => said.includes(word));
  const seen = rows.filter(([row]) => row.getClientRects().length).length;
  count.textContent = `${seen} of ${rows.length} rows shown`;
};
find.parentElement.hidden = false;
find.addEventListener("input", show);
for (const choice of document.getElementsByName("kind")) choice.addEventListener("change", show);
show();
