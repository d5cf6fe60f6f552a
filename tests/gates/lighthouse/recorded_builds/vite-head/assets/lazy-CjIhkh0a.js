var e=()=>document.title=`lazy`;export{e as lazy};
//# sourceMappingURL=lazy-CjIhkh0a.js.map