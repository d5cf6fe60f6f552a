(globalThis.TURBOPACK||(globalThis.TURBOPACK=[])).push(["object"==typeof document?document.currentScript:void 0,83654,t=>{"use strict";var e=t.i(43476),i=t.i(71645);t.s(["default",0,function(){let[t,o]=(0,i.useState)(0);return(0,e.jsx)("button",{onClick:()=>o(t+1),children:t})}])}]);

//# sourceMappingURL=2ix3qi4ij9srm.js.map