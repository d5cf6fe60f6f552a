export function Footer() {
  return (
    <footer>
      <a href="https://canals.example/stoppages" target="_blank">Closed locks</a>
      <a href="https://canals.example/water-levels" target="_blank" rel="noopener noreferrer">Water levels</a>
    </footer>
  );
}
