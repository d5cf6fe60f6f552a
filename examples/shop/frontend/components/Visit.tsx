export function ShopMap() {
  return <iframe title="Where we are" src="https://maps.canals.example/embed?place=shop" />;
}

export function LockCamera() {
  return <iframe title="The lock right now" src="https://cameras.canals.example/lock-7" sandbox="allow-scripts" />;
}
